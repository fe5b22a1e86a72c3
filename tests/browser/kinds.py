"""One page of each kind that the site has, over the made-up samples: what every browser test and `make screenshots` walk through."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

FAULTY = "REF;TITR;DENO;DPRO;COOR\nPM09900077;Calice;calice;1905-99-99;là-bas\nPM09900077;Calice;calice;;\n"
"""Notices with faults, pasted into /validate for its report."""

PHOTOGRAPH = Path(__file__).parent / "photograph.svg"
"""What stands for every photograph: tests ask nothing of the hosts of images."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A page to visit; ``pasted`` is sent through its form first, so that the page is the answer."""

    name: str
    path: str
    status: int = 200
    pasted: str = ""

    def address(self, lang: str) -> str:
        """Path and query in a language."""
        return f"{self.path}{'&' if '?' in self.path else '?'}lang={lang}"


KINDS = (
    Kind("home", "/"),
    Kind("search", "/search?q=brunet"),
    Kind("search-none", "/search?q=zzzzzz"),
    Kind("search-filtered", "/search?q=ource&base=merimee&years=17e..20e&where=DENO+exists+and+TICO+contains+%22a%22"),
    Kind("search-mosaic", "/search?view=mosaic&image=oui"),
    Kind("search-map", "/search?view=map&q=ource"),
    Kind("search-timeline", "/search?view=timeline"),
    Kind("search-values", "/search/facets/commune"),
    Kind("advanced", "/search/advanced"),
    Kind("advanced-filled", "/search/advanced?base=joconde&author=X&where=AUTR+exists+and+(DENO+contains+%22a%22+or+MILL+%3E%3D+1850)"),
    Kind("advanced-faults", "/search/advanced?do=search&group=and&field=&op=contains&value=vase&from=hier&where=AUTR", 400),
    Kind("basket", "/basket"),
    Kind(
        "basket-opened",
        "/basket?iri=x" + "".join(f"&iri=https://data.pop.culture.gouv.fr/id/merimee/IA0990000{number}" for number in range(1, 9)),
    ),
    Kind("help", "/help"),
    Kind("notice-joconde", "/doc/joconde/M9001000001"),
    Kind("notice-merimee", "/doc/merimee/PA09900001"),
    Kind("notice-palissy", "/doc/palissy/PM09900007"),
    Kind("notice-memoire", "/doc/memoire/IVR99_20082100099NUCA"),
    Kind("notice-mnr", "/doc/mnr/AEG09901"),
    Kind("notice-enluminures", "/doc/enluminures/D-990001"),
    Kind("notice-autor", "/doc/autor/AW09900001"),
    Kind("notice-museo", "/doc/museo/M9009"),
    Kind("notice-hostile", "/doc/mnr/MNR%3Cb%3E"),
    Kind("agent", "/doc/agent/merimee/Perrault%2C_Anselme"),
    Kind("concept", "/doc/concept/merimee/PROT/inscrit_MH"),
    Kind("place", "/doc/lieu/insee-21999"),
    Kind("time", "/doc/temps/1801..1900"),
    Kind("listing", "/linked/lieu/insee-21999"),
    Kind("dataset", "/dataset/palissy"),
    Kind("ontology", "/def/pop"),
    Kind("term", "/def/pop/Edifice"),
    Kind("catalogue", "/dataset"),
    Kind("figures", "/void"),
    Kind("shapes", "/shapes"),
    Kind("rules", "/shapes/palissy"),
    Kind("quality", "/quality"),
    Kind("quality-base", "/quality/palissy"),
    Kind("europeana", "/europeana"),
    Kind("europeana-base", "/europeana/joconde"),
    Kind("europeana-list", "/europeana/notices?base=joconde"),
    Kind("europeana-notice", "/europeana/notice?iri=https://data.pop.culture.gouv.fr/id/joconde/M9001000201"),
    Kind("align", "/align"),
    Kind("align-suggestions", "/align/suggestions"),
    Kind("validate", "/validate"),
    Kind("report", "/validate", pasted=FAULTY),
    Kind("quality-notices", "/quality/notices?code=MEM-LOCA-01"),
    Kind("releases", "/releases"),
    Kind("release", "/release/{release}"),
    Kind("feed", "/feed"),
    Kind("memento", "/release/{release}/doc/joconde/M9001000201"),
    Kind("timemap", "/timemap/html/doc/joconde/M9001000201"),
    Kind("sparql", "/sparql"),
    Kind("about", "/about"),
    Kind("accessibility", "/accessibility"),
    Kind("legal", "/legal"),
    Kind("api", "/api"),
    Kind("errors", "/errors"),
    Kind("error-404", "/doc/joconde/aucune", 404),
    Kind("error-406", "/doc/mnr/AEG09901?_profile=none", 406),
    Kind("error-410", "/doc/mnr/rfr21", 410),
)
BY_NAME = {kind.name: kind for kind in KINDS}


def where(page: Any, root: str, kind: Kind, lang: str) -> str:
    """The whole address of a kind; that of a release is named as the server says."""
    address = kind.address(lang)
    return root + (address.format(release=page.request.get(root + "/").headers["pop-release"]) if "{release}" in address else address)


def go(page: Any, root: str, kind: Kind, lang: str) -> int:
    """Opens the page of a kind, pasting and sending where it asks so; waits for its scripts. The status of the last answer."""
    answer = page.goto(where(page, root, kind, lang))
    if kind.pasted:
        page.locator("textarea[name=text]").fill(kind.pasted)
        with page.expect_navigation() as sent:
            page.locator("form.stack button").last.click()
        answer = sent.value
    if kind.path == "/sparql":
        page.wait_for_selector(".CodeMirror")
        page.wait_for_selector("#view *")
    page.evaluate("document.fonts.ready.then(() => 0)")
    return int(answer.status)


def keep_home(context: Any, root: str, elsewhere: list[str]) -> None:
    """Answers what a context asks of other hosts: a picture for an image, nothing for anything else, which is noted in ``elsewhere``."""

    def answer(route: Any, request: Any) -> None:
        if request.resource_type == "image":
            route.fulfill(path=PHOTOGRAPH, content_type="image/svg+xml")
        else:
            elsewhere.append(request.url)
            route.abort()

    context.route(lambda url: not url.startswith((root, "data:", "blob:")), answer)
