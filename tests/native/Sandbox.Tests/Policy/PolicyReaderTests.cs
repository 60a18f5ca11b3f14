using System.Text;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Tests.Policy;

public sealed class PolicyReaderTests
{
    [Test]
    public void Every_option_is_read_in_its_unit()
    {
        var policy = Compiling.Read("""
            {"allowed_paths": ["/tmp/work"], "read_only_paths": ["/data/in"], "executable_paths": ["/opt"], "denied_paths": ["/home/a/.ssh"], "executables": ["sh"], "runtime_paths": ["/usr"],
             "max_memory_mb": 512, "max_cpu_seconds": 30, "max_processes": 64, "max_open_files": 256, "max_file_size_mb": 100, "timeout": 60.5,
             "allow_network": {"connect": [443, 80, 443], "bind": [8000], "udp": true, "dns": true}, "env": {"LANG": "C.UTF-8"}, "keep_env": ["PATH"], "best_effort": true}
            """);
        Assert.Multiple(() =>
        {
            Assert.That(policy.AllowedPaths, Is.EqualTo(new[] { "/tmp/work" }));
            Assert.That(policy.ReadOnlyPaths, Is.EqualTo(new[] { "/data/in" }));
            Assert.That(policy.ExecutablePaths, Is.EqualTo(new[] { "/opt" }));
            Assert.That(policy.DeniedPaths, Is.EqualTo(new[] { "/home/a/.ssh" }));
            Assert.That(policy.Executables, Is.EqualTo(new[] { "sh" }));
            Assert.That(policy.RuntimePaths, Is.EqualTo(new[] { "/usr" }));
            Assert.That(policy.MaxMemoryBytes, Is.EqualTo(512L << 20));
            Assert.That((policy.MaxCpuSeconds, policy.MaxProcesses, policy.MaxOpenFiles, policy.MaxFileSizeBytes), Is.EqualTo((30, 64, 256, 100L << 20)));
            Assert.That(policy.Timeout, Is.EqualTo(TimeSpan.FromSeconds(60.5)));
            Assert.That(policy.Network, Is.EqualTo(new NetworkPolicy { Connect = PortSet.Of(80, 443), Bind = PortSet.Of(8000), Udp = PortSet.All, Dns = true }));
            Assert.That(policy.Environment["LANG"], Is.EqualTo("C.UTF-8"));
            Assert.That(policy.KeepEnvironment, Is.EqualTo(new[] { "PATH" }));
            Assert.That(policy.BestEffort, Is.True);
        });
    }

    [Test]
    public void Without_options_nothing_is_allowed_and_null_is_no_option()
    {
        foreach (var json in new[] { "", "{}", """{"allowed_paths": null, "timeout": null, "preset": null}""" })
        {
            var policy = PolicyReader.Read(Encoding.UTF8.GetBytes(json));
            Assert.That(policy.AllowedPaths, Is.Empty);
            Assert.That(policy.Network.IsOff, Is.True);
            Assert.That(policy.BestEffort, Is.False);
            Assert.That(policy.Timeout, Is.Null);
        }
    }

    [Test]
    public void Memory_has_two_names_that_mean_the_same()
    {
        Assert.That(Compiling.Read("""{"max_memory": 512}""").MaxMemoryBytes, Is.EqualTo(Compiling.Read("""{"max_memory_mb": 512}""").MaxMemoryBytes));
        Assert.That(Compiling.Read("""{"max_memory": 512, "max_memory_mb": 512}""").MaxMemoryBytes, Is.EqualTo(512L << 20));
        Assert.That(() => Compiling.Read("""{"max_memory": 512, "max_memory_mb": 513}"""), Throws.TypeOf<PolicyException>().With.Property("Option").EqualTo("max_memory"));
    }

    [TestCase("true", true, "")]
    [TestCase("false", false, "")]
    [TestCase("[]", false, "")]
    [TestCase("[443]", false, "443")]
    public void A_network_may_be_a_word_or_ports(string json, bool any, string ports)
    {
        var network = Compiling.Read($$"""{"allow_network": {{json}}}""").Network;
        Assert.That(network.Connect.Any, Is.EqualTo(any));
        Assert.That(string.Join(',', network.Connect.Ports), Is.EqualTo(ports));
        Assert.That(network.IsOff, Is.EqualTo(!any && ports.Length == 0));
    }

    [TestCase("""[]""", "policy")]
    [TestCase("""{"a": """, "policy")]
    [TestCase("""{"allow_path": ["/tmp"]}""", "allow_path")]
    [TestCase("""{"timeout": 1, "timeout": 2}""", "timeout")]
    [TestCase("""{"allowed_paths": "/tmp"}""", "allowed_paths")]
    [TestCase("""{"allowed_paths": [1]}""", "allowed_paths[0]")]
    [TestCase("""{"allowed_paths": ["/tmp", "\ud800"]}""", "allowed_paths[1]")]
    [TestCase("""{"max_memory_mb": -1}""", "max_memory_mb")]
    [TestCase("""{"max_memory_mb": 15}""", "max_memory_mb")]
    [TestCase("""{"max_memory_mb": 1048577}""", "max_memory_mb")]
    [TestCase("""{"max_memory_mb": 512.5}""", "max_memory_mb")]
    [TestCase("""{"max_memory_mb": "512"}""", "max_memory_mb")]
    [TestCase("""{"max_memory_mb": true}""", "max_memory_mb")]
    [TestCase("""{"max_cpu_seconds": 0}""", "max_cpu_seconds")]
    [TestCase("""{"max_processes": 0}""", "max_processes")]
    [TestCase("""{"max_processes": 32769}""", "max_processes")]
    [TestCase("""{"max_open_files": 15}""", "max_open_files")]
    [TestCase("""{"max_file_size_mb": 0}""", "max_file_size_mb")]
    [TestCase("""{"timeout": 0}""", "timeout")]
    [TestCase("""{"timeout": -5}""", "timeout")]
    [TestCase("""{"timeout": 1e300}""", "timeout")]
    [TestCase("""{"timeout": "60"}""", "timeout")]
    [TestCase("""{"allow_network": 443}""", "allow_network")]
    [TestCase("""{"allow_network": [0]}""", "allow_network[0]")]
    [TestCase("""{"allow_network": [443, 65536]}""", "allow_network[1]")]
    [TestCase("""{"allow_network": {"listen": [1]}}""", "allow_network.listen")]
    [TestCase("""{"allow_network": {"bind": [-1]}}""", "allow_network.bind[0]")]
    [TestCase("""{"allow_network": {"dns": 1}}""", "allow_network.dns")]
    [TestCase("""{"env": ["A=b"]}""", "env")]
    [TestCase("""{"env": {"A": 1}}""", "env[A]")]
    [TestCase("""{"env": {"A=B": "c"}}""", "env")]
    [TestCase("""{"env": {"": "c"}}""", "env")]
    [TestCase("""{"keep_env": "PATH"}""", "keep_env")]
    [TestCase("""{"keep_env": ["A=B"]}""", "keep_env[0]")]
    [TestCase("""{"executables": [""]}""", "executables[0]")]
    [TestCase("""{"executables": ["sh", ".."]}""", "executables[1]")]
    [TestCase("""{"executables": ["s\u0000h"]}""", "executables[0]")]
    [TestCase("""{"best_effort": "yes"}""", "best_effort")]
    [TestCase("""{"preset": "everything"}""", "preset")]
    [TestCase("""{"preset": 1}""", "preset")]
    [TestCase("""{"preset": "no-network", "allow_network": [443]}""", "allow_network")]
    [TestCase("""{"preset": "read-only", "allowed_paths": ["/tmp"]}""", "allowed_paths")]
    public void What_cannot_be_meant_names_the_option(string json, string option)
    {
        var error = Assert.Throws<PolicyException>(() => Compiling.Read(json));
        Assert.That(error.Option, Is.EqualTo(option));
        Assert.That(error.Message, Does.StartWith(option + ": ").And.Length.GreaterThan(option.Length + 10));
    }

    [Test]
    public void A_range_is_told_with_the_error()
    {
        Assert.That(Assert.Throws<PolicyException>(() => Compiling.Read("""{"max_processes": 0}""")).Message, Is.EqualTo("max_processes: must be an integer from 1 to 32,768"));
        Assert.That(Assert.Throws<PolicyException>(() => Compiling.Read("""{"preset": "x"}""")).Message, Does.Contain("python-agent, read-only, no-network, shell-tools"));
        Assert.That(Assert.Throws<PolicyException>(() => Compiling.Read("""{"x": 0}""")).Message, Does.Contain("allowed_paths"));
    }

    [Test]
    public void Options_replace_those_of_a_preset()
    {
        var policy = Compiling.Read("""{"preset": "python-agent", "max_processes": 3}""");
        Assert.That((policy.Preset, policy.MaxProcesses, policy.MaxCpuSeconds), Is.EqualTo(("python-agent", 3, 600)));
        Assert.That(policy.Network, Is.EqualTo(new NetworkPolicy { Connect = PortSet.Of(443), Dns = true }));
        var own = Compiling.Read("""{"preset": "shell-tools", "executables": ["git"]}""");
        Assert.That(own.Executables, Is.EqualTo(new[] { "git" }));
        Assert.That(own.ExecutablesIfPresent, Is.Empty);
    }

    [Test]
    public void Every_preset_compiles_without_a_loss([ValueSource(nameof(PresetNames))] string preset)
    {
        var compiled = Compiling.Compile($$"""{"preset": "{{preset}}"}""");
        Assert.That(compiled.Losses, Is.Empty);
        Assert.That(compiled.Policy.Preset, Is.EqualTo(preset));
    }

    private static IEnumerable<string> PresetNames => Preset.All.Select(preset => preset.Name);
}
