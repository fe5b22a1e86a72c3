import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.Version;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/** One node of OpenSearch, with no module but its HTTP transport: folder, port, port of the transport; ends with its standard input. */
public class OneNode extends Node {
    OneNode(Environment environment) {
        super(environment, List.of(module()), false);
    }

    private static PluginInfo module() {
        String name = Netty4ModulePlugin.class.getName();
        return new PluginInfo("transport-netty4", name, "1", Version.CURRENT, "21", name, null, List.of(), false);
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Files.createDirectories(home.resolve("config"));
        Settings settings = Settings.builder()
            .put("path.home", home).put("cluster.name", "pop-ld-tests").put("node.name", "one").put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1").put("http.port", arguments[1]).put("transport.port", arguments[2])
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .put("indexing_pressure.memory.limit", "3mb") // so that bulk requests are refused, and sent again
            .build();
        new OneNode(new Environment(settings, home.resolve("config"))).start();
        while (System.in.read() >= 0) { }
        Runtime.getRuntime().halt(0);
    }
}
