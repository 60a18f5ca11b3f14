using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Tests.Policy;

namespace IronCage.Sandbox.Tests.Landlock;

public sealed class DomainTests
{
    private const FsRights Run = LandlockTable.ReadOnly | FsRights.Execute;

    [TestCase(1, 0x1FFFul, 0ul, 0ul, 0u)]
    [TestCase(2, 0x3FFFul, 0ul, 0ul, 0u)]
    [TestCase(3, 0x7FFFul, 0ul, 0ul, 0u)]
    [TestCase(4, 0x7FFFul, 3ul, 0ul, 0u)]
    [TestCase(5, 0xFFFFul, 3ul, 0ul, 0u)]
    [TestCase(6, 0xFFFFul, 3ul, 3ul, 0u)]
    [TestCase(7, 0xFFFFul, 3ul, 3ul, 7u)]
    [TestCase(8, 0xFFFFul, 3ul, 3ul, 15u)]
    [TestCase(9, 0x1FFFFul, 3ul, 3ul, 15u)]
    [TestCase(10, 0x1FFFFul, 15ul, 3ul, 15u)]
    [TestCase(11, 0x1FFFFul, 15ul, 3ul, 15u)]
    public void Each_ABI_handles_all_that_it_has(int abi, ulong fs, ulong net, ulong scopes, uint flags)
    {
        var domain = Domain("{}", abi);
        Assert.That(((ulong)domain.HandledFs, (ulong)domain.HandledNet, (ulong)domain.Scoped), Is.EqualTo((fs, net, scopes)));
        Assert.That((uint)LandlockTable.RestrictFlagsOf(abi), Is.EqualTo(flags));
        Assert.That(domain.PathRules.All(rule => rule.Access != 0 && (rule.Access & ~domain.HandledFs) == 0), Is.True, "a right that is not handled is EINVAL");
        Assert.That(domain.PortRules, Is.Empty);
    }

    [Test]
    public void The_declared_run_time_set_is_granted_without_links_and_once()
    {
        Assert.That(Domain("{}").PathRules, Is.EqualTo(new[]
        {
            new PathRule("/dev/full", FsRights.ReadFile | FsRights.WriteFile, PathKind.Device),
            new PathRule("/dev/null", FsRights.ReadFile | FsRights.WriteFile, PathKind.Device),
            new PathRule("/dev/random", FsRights.ReadFile, PathKind.Device),
            new PathRule("/dev/urandom", FsRights.ReadFile, PathKind.Device),
            new PathRule("/dev/zero", FsRights.ReadFile | FsRights.WriteFile, PathKind.Device),
            new PathRule("/etc/hosts", FsRights.ReadFile, PathKind.File),
            new PathRule("/etc/passwd", FsRights.ReadFile, PathKind.File),
            new PathRule("/etc/ssl/certs", LandlockTable.ReadOnly, PathKind.Directory),
            new PathRule("/home/a/venv", Run, PathKind.Directory),
            new PathRule("/usr", Run, PathKind.Directory),
        }));
        Assert.That(Paths("""{"allow_network": [443]}"""), Does.Contain("/run/resolve/stub.conf"), "resolv.conf, where it really is");
    }

    [Test]
    public void Files_get_only_the_rights_that_files_have()
    {
        var domain = Domain("""{"allowed_paths": ["/tmp/work", "/tmp/f"], "read_only_paths": ["/data/in"], "executable_paths": ["/data/p"]}""", 10, "/tmp/f:file", "/data/p:file");
        Assert.That(domain.PathRules, Does.Contain(new PathRule("/tmp/work", LandlockTable.ReadWrite, PathKind.Directory)));
        Assert.That(domain.PathRules, Does.Contain(new PathRule("/tmp/f", FsRights.ReadFile | FsRights.WriteFile | FsRights.Truncate, PathKind.File)));
        Assert.That(domain.PathRules, Does.Contain(new PathRule("/data/in", LandlockTable.ReadOnly, PathKind.Directory)));
        Assert.That(domain.PathRules, Does.Contain(new PathRule("/data/p", FsRights.ReadFile | FsRights.Execute, PathKind.File)));
        Assert.That(domain.PathRules.Any(rule => (rule.Access & (FsRights.MakeBlockDevice | FsRights.MakeCharacterDevice | FsRights.ResolveUnix)) != 0), Is.False);
        Assert.That(domain.PathRules.Where(rule => rule.Kind != PathKind.Directory).All(rule => (rule.Access & ~LandlockTable.FileRights) == 0), Is.True);
    }

    [Test]
    public void A_device_that_is_named_may_be_commanded()
    {
        Assert.That(Domain("""{"read_only_paths": ["/dev/kvm"]}""").PathRules, Does.Contain(new PathRule("/dev/kvm", FsRights.ReadFile | FsRights.DeviceCommands, PathKind.Device)));
    }

    [Test]
    public void A_path_in_two_lists_that_go_together_gets_both_rights() =>
        Assert.That(Domain("""{"allowed_paths": ["/tmp/work"], "executable_paths": ["/tmp/work"]}""").PathRules,
            Does.Contain(new PathRule("/tmp/work", LandlockTable.ReadWrite | FsRights.Execute, PathKind.Directory)));

    [Test]
    public void What_a_folder_above_grants_already_needs_no_rule() =>
        Assert.That(Paths("""{"allowed_paths": ["/tmp", "/tmp/work"], "read_only_paths": ["/usr/lib"]}"""), Does.Contain("/tmp").And.Not.Contain("/tmp/work").And.Not.Contain("/usr/lib"));

    [Test]
    public void Executables_narrow_what_the_run_time_set_executes()
    {
        var rules = Domain("""{"executables": ["git", "/usr/bin/sh"]}""").PathRules;
        Assert.That(rules.Where(rule => rule.Access.HasFlag(FsRights.Execute)).Select(rule => rule.Path),
            Is.EqualTo(new[] { "/usr/bin/dash", "/usr/bin/git", "/usr/lib64/ld-linux-x86-64.so.2" }), "a link is followed, and the loader is needed");
        Assert.That(rules, Does.Contain(new PathRule("/usr", LandlockTable.ReadOnly, PathKind.Directory)));
        Assert.That(Domain("""{"executables": []}""").PathRules.Any(rule => rule.Access.HasFlag(FsRights.Execute)), Is.False, "no program, no loader");
        Assert.That(Domain("""{"executables": ["/usr/bin"]}""").PathRules, Does.Contain(new PathRule("/usr/bin", Run, PathKind.Directory)));
        var required = Compiling.Compile("""{"executables": []}""", host: Compiling.Host with { RequiredExecutables = ["/home/a/venv/bin/python"] }).Landlock!.PathRules;
        Assert.That(required.Where(rule => rule.Access.HasFlag(FsRights.Execute)).Select(rule => rule.Path), Is.EqualTo(new[] { "/home/a/venv/bin/python", "/usr/lib64/ld-linux-x86-64.so.2" }));
    }

    [Test]
    public void A_preset_names_tools_that_not_every_machine_has()
    {
        var executable = Domain("""{"preset": "shell-tools"}""").PathRules.Where(rule => rule.Access.HasFlag(FsRights.Execute)).Select(rule => rule.Path);
        Assert.That(executable, Is.EqualTo(new[] { "/usr/bin/cat", "/usr/bin/dash", "/usr/bin/git", "/usr/lib64/ld-linux-x86-64.so.2" }));
    }

    [Test]
    public void The_run_time_set_can_be_replaced()
    {
        var paths = Paths("""{"runtime_paths": ["/usr/lib", "/bin"]}""");
        Assert.That(paths, Is.EqualTo(new[] { "/home/a/venv", "/usr/bin", "/usr/lib" }));
    }

    [Test]
    public void Ports_get_a_rule_each_and_a_right_on_all_ports_is_not_handled()
    {
        var domain = Domain("""{"allow_network": {"connect": [443, 80], "bind": [80], "dns": true}}""", 10);
        Assert.That(domain.PortRules, Is.EqualTo(new[]
        {
            new PortRule(53, NetRights.ConnectTcp), new PortRule(80, NetRights.ConnectTcp | NetRights.BindTcp), new PortRule(443, NetRights.ConnectTcp),
        }));
        Assert.That((ulong)domain.HandledNet, Is.EqualTo(15));
        Assert.That(Domain("""{"allow_network": true}""").HandledNet, Is.EqualTo(NetRights.BindTcp));
        Assert.That(Domain("""{"allow_network": {"udp": true}}""", 10).HandledNet, Is.EqualTo(NetRights.BindTcp | NetRights.ConnectTcp));
        var udp = Domain("""{"allow_network": {"udp": [53]}}""", 10);
        Assert.That(udp.HandledNet, Is.EqualTo(NetRights.BindTcp | NetRights.ConnectTcp | NetRights.ConnectSendUdp));
        Assert.That(udp.PortRules, Is.EqualTo(new[] { new PortRule(53, NetRights.ConnectSendUdp) }));
        Assert.That(Domain("""{"allow_network": [443]}""", 3).PortRules, Is.Empty, "ABI 3 takes no rules for ports");
    }

    [Test]
    public void Denials_are_logged_only_where_they_can_be_read()
    {
        Assert.That(Domain("{}").RestrictFlags, Is.EqualTo(RestrictFlags.None));
        var reader = Compiling.Kernel() with { EffectiveCapabilities = 1UL << 37 };
        Assert.That(Compiling.Compile("{}", reader).Landlock!.RestrictFlags, Is.EqualTo(RestrictFlags.LogNewExecOn));
        Assert.That(Compiling.Compile("{}", Compiling.Kernel(6) with { EffectiveCapabilities = ulong.MaxValue }).Landlock!.RestrictFlags, Is.EqualTo(RestrictFlags.None), "flags come with ABI 7");
    }

    private static LandlockDomain Domain(string json, int abi = 7, params string[] disk) => Compiling.Compile(json, Compiling.Kernel(abi), disk: disk).Landlock!;

    private static IEnumerable<string> Paths(string json) => Domain(json).PathRules.Select(rule => rule.Path);
}
