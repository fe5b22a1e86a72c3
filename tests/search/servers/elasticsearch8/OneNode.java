import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** One node of Elasticsearch, with the modules of its folder: folder, port, port of the transport; ends with its standard input. */
public class OneNode {
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Files.createDirectories(home.resolve("config"));
        Settings settings = Settings.builder()
            .put("path.home", home).put("cluster.name", "pop-ld-tests").put("node.name", "one").put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1").put("http.port", arguments[1]).put("transport.port", arguments[2])
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
        LogConfigurator.configureESLogging();
        LogConfigurator.configureWithoutConfig(settings);
        Environment environment = new Environment(settings, home.resolve("config"));
        var modules = PluginsLoader.loadModulesBundles(environment.modulesDir());
        new Node(environment, PluginsLoader.createPluginsLoader(modules, Set.of(), Map.of(), false)).start();
        while (System.in.read() >= 0) { }
        Runtime.getRuntime().halt(0);
    }
}
