// Marks of a payload that became markup, whether or not the policy stopped it.
() => {
  const found = [];
  const scheme = /^[\u0000-\u0020]*(?:j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|vbscript|data)\s*:/i;
  for (const e of document.querySelectorAll('*')) {
    for (const { name, value } of e.attributes) {
      if (name.startsWith('on')) found.push(`${e.tagName} ${name}`);
      if (/^(?:href|src|action|formaction|data|srcdoc|poster|xlink:href|srcset)$/.test(name) && scheme.test(value)) found.push(`${e.tagName} ${name}=${value}`);
      if (name === 'style' && /url|import/.test(value)) found.push(`style ${value}`);
    }
  }
  for (const e of document.querySelectorAll('iframe, object, embed, base, style, math, marquee, meta[http-equiv], svg script, video')) found.push(e.tagName);
  for (const e of document.querySelectorAll('script')) {
    const own = e.src && new URL(e.src).origin === location.origin;
    if (!own && !/^application\/(?:ld\+)?json$/.test(e.type)) found.push(`script ${e.textContent.slice(0, 40)}`);
    if (!own && e.type) try { JSON.parse(e.textContent); } catch { found.push(`broken ${e.type}`); }
  }
  for (const e of document.querySelectorAll('form')) if (new URL(e.action).origin !== location.origin) found.push(`form ${e.action}`);
  for (const e of document.querySelectorAll('link[rel~=stylesheet]')) if (new URL(e.href).origin !== location.origin) found.push(`style ${e.href}`);
  if (window.__pwned) found.push('executed');
  return found;
}
