using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Seccomp;

namespace IronCage.Sandbox.Tests.Policy;

public sealed class PolicyCompilerTests
{
    [Test]
    public void Limits_are_those_of_each_process_and_of_the_tree()
    {
        var compiled = Compiling.Compile("""{"max_memory_mb": 512, "max_cpu_seconds": 30, "max_processes": 64, "max_open_files": 256, "max_file_size_mb": 100, "timeout": 60}""");
        Assert.That(compiled.Limits, Is.EquivalentTo(new[]
        {
            new ResourceLimit(Resource.Core, 0, 0), new ResourceLimit(Resource.Cpu, 30, 31), new ResourceLimit(Resource.FileSize, 104857600, 104857600),
            new ResourceLimit(Resource.OpenFiles, 256, 256), new ResourceLimit(Resource.AddressSpace, 536870912, 536870912),
        }));
        Assert.That(compiled.Tree, Is.EqualTo(new TreeLimits(536870912, 64, 30)));
        Assert.That(compiled.Timeout, Is.EqualTo(TimeSpan.FromSeconds(60)));
        Assert.That(Compiling.Compile("{}").Limits, Is.EqualTo(new[] { new ResourceLimit(Resource.Core, 0, 0) }), "no core dump, and else no limit");
    }

    [Test]
    public void The_environment_is_what_the_policy_names()
    {
        Assert.That(Compiling.Compile("{}").Environment, Is.EqualTo(new[] { "PATH=/usr/local/bin:/usr/bin:/bin" }));
        Assert.That(Compiling.Compile("""{"env": {"LANG": "C", "X": "1"}, "keep_env": ["LANG", "HOME", "NONE"]}""").Environment,
            Is.EqualTo(new[] { "HOME=/home/a", "LANG=C", "PATH=/usr/local/bin:/usr/bin:/bin", "X=1" }));
        Assert.That(Compiling.Compile("""{"allow_network": {"dns": true}}""").Environment, Does.Contain("RES_OPTIONS=use-vc"));
    }

    [TestCase("""{"env": {"A": "b\u0000c"}}""")]
    public void A_variable_that_execve_cannot_take_is_refused(string json) =>
        Assert.That(() => Compiling.Compile(json), Throws.TypeOf<PolicyException>().With.Property("Option").EqualTo("env[A]"));

    [Test]
    public void A_variable_may_be_as_long_as_execve_takes()
    {
        Assert.That(Compiling.Compile($$$"""{"env": {"A": "{{{new string('x', 131_069)}}}"}}""").Environment[0], Has.Length.EqualTo(131_071));
        Assert.That(() => Compiling.Compile($$$"""{"env": {"A": "{{{new string('x', 131_070)}}}"}}"""), Throws.TypeOf<PolicyException>().With.Message.Contains("131071"));
    }

    [Test]
    public void A_private_folder_is_writable_home_and_temporary_folder_unless_the_user_set_those()
    {
        var compiled = Compiling.Compile("""{"env": {"HOME": "/elsewhere"}}""").WithPrivateFolder("/tmp/p1");
        Assert.That(compiled.Environment, Is.EqualTo(new[] { "HOME=/elsewhere", "PATH=/usr/local/bin:/usr/bin:/bin", "TMPDIR=/tmp/p1" }));
        Assert.That(compiled.Landlock!.PathRules, Does.Contain(new PathRule("/tmp/p1", LandlockTable.ReadWrite, PathKind.Directory)));
        Assert.That(compiled.ChangeRoots, Does.Contain("/tmp/p1"));
        Assert.That(Compiling.Compile("{}", Compiling.Kernel(1)).WithPrivateFolder("/tmp/p1").Landlock!.PathRules, Does.Contain(
            new PathRule("/tmp/p1", LandlockTable.ReadWrite & ~(FsRights.Refer | FsRights.Truncate), PathKind.Directory)), "ABI 1");
    }

    [Test]
    public void The_first_allowed_folder_is_the_working_directory()
    {
        var compiled = Compiling.Compile("""{"allowed_paths": ["/data/in", "/tmp/work"]}""");
        Assert.That(compiled.WorkingDirectory, Is.EqualTo("/data/in"));
        Assert.That(compiled.ChangeRoots, Is.EqualTo(new[] { "/data/in", "/tmp/work" }));
        Assert.That(Compiling.Compile("{}").WorkingDirectory, Is.Null);
        Assert.That(Compiling.Compile("{}").ChangeRoots, Is.Empty);
    }

    [TestCase(5, true, "seccomp and supervisor", "notify")]
    [TestCase(5, false, null, "allow")]
    [TestCase(6, true, "Landlock ABI 6", "allow")]
    public void Signals_are_held_by_Landlock_or_by_the_supervisor_or_lost(int abi, bool asks, string? by, string verdict)
    {
        var compiled = Compiling.Compile("{}", Compiling.Kernel(abi) with { SeccompNotifications = asks });
        Assert.That(compiled.Enforced.FirstOrDefault(item => item.Option == "signals")?.By, Is.EqualTo(by));
        Assert.That(compiled.Losses.Any(loss => loss.Option == "signals"), Is.EqualTo(by is null));
        foreach (var call in new[] { "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal" })
            Assert.That(compiled.Filter!.Rules.Any(rule => rule.Syscall == call && rule.Action.Purpose == NotifyPurpose.Signal), Is.EqualTo(verdict == "notify"), call);
    }

    [Test]
    public void A_policy_can_be_tried_as_an_older_kernel_would_hold_it()
    {
        var compiled = Compiling.Compile("""{"landlock_abi": 3, "allow_network": [443]}""");
        Assert.That((compiled.Landlock!.Abi, compiled.Landlock.HandledNet), Is.EqualTo((3, NetRights.None)));
        Assert.That(compiled.Losses.Select(loss => loss.Option), Is.EqualTo(new[] { "allow_network" }));
        Assert.That(Compiling.Compile("""{"landlock_abi": 10}""").Landlock!.Abi, Is.EqualTo(7), "it adds nothing");
    }

    /// <summary>What each ABI loses of a policy. Strict policies are refused by name; best effort reports.</summary>
    [TestCase(0, "{}", "paths")]
    [TestCase(1, "{}", "")]
    [TestCase(5, "{}", "")]
    [TestCase(6, "{}", "")]
    [TestCase(10, "{}", "")]
    [TestCase(3, """{"allow_network": [443]}""", "allow_network")]
    [TestCase(3, """{"allow_network": true}""", "")]
    [TestCase(3, """{"allow_network": {"dns": true}}""", "allow_network")]
    [TestCase(3, """{"allow_network": {"bind": [8000]}}""", "allow_network allow_network")]
    [TestCase(3, """{"allow_network": {"connect": true, "bind": [8000]}}""", "allow_network")]
    [TestCase(3, """{"allow_network": {"connect": true, "bind": true}}""", "")]
    [TestCase(6, """{"allow_network": {"connect": [443], "bind": [8000]}}""", "")]
    [TestCase(7, """{"allow_network": {"udp": [53]}}""", "allow_network")]
    [TestCase(7, """{"allow_network": {"udp": true}}""", "")]
    [TestCase(10, """{"allow_network": {"udp": [53]}}""", "")]
    [TestCase(4, """{"read_only_paths": ["/dev/kvm"]}""", "read_only_paths[0]")]
    [TestCase(6, """{"read_only_paths": ["/dev/kvm"]}""", "")]
    public void What_an_ABI_cannot_enforce_is_a_loss_by_name(int abi, string json, string losses)
    {
        var compiled = Compiling.Compile(json, Compiling.Kernel(abi));
        Assert.That(string.Join(' ', compiled.Losses.Select(loss => loss.Option)), Is.EqualTo(losses));
        if (losses.Length == 0)
        {
            Assert.That(compiled.Refusal, Is.Null);
            return;
        }
        foreach (var loss in compiled.Losses)
            Assert.That(compiled.Refusal, Does.Contain(loss.Option).And.Contains(loss.Reason).And.Contains("best_effort"));
        Assert.That((compiled with { Policy = compiled.Policy with { BestEffort = true } }).Refusal, Is.Null);
    }

    [Test]
    public void What_a_kernel_lacks_besides_Landlock_is_a_loss_too()
    {
        string[] Losses(KernelSupport kernel, string json = """{"max_processes": 5}""") => [.. Compiling.Compile(json, kernel).Losses.Select(loss => loss.Option)];
        Assert.That(Losses(Compiling.Kernel() with { SeccompFilters = false }), Is.EqualTo(new[] { "system calls" }));
        Assert.That(Losses(Compiling.Kernel() with { Architecture = null }), Is.EqualTo(new[] { "system calls" }));
        Assert.That(Losses(Compiling.Kernel() with { SeccompNotifications = false }), Is.EqualTo(new[] { "modes and owners of files", "limits", "max_processes" }));
        Assert.That(Losses(Compiling.Kernel() with { ProcessDescriptors = false }), Is.EqualTo(new[] { "timeout" }));
        Assert.That(Losses(Compiling.Kernel() with { OpenBeneath = false }), Is.EqualTo(new[] { "modes and owners of files" }));
        Assert.That(Losses(Compiling.Kernel() with { CloseRange = false }), Is.EqualTo(new[] { "descriptors" }));
        Assert.That(Losses(new KernelSupport()), Has.Length.EqualTo(6), "no Linux");
        Assert.That(Compiling.Compile("{}", new KernelSupport()).Filter, Is.Null);
    }

    [Test]
    public void What_is_enforced_is_told_with_what_holds_it()
    {
        var cgroup = new CgroupSupport("/sys/fs/cgroup/x", ["memory", "pids"], null);
        var watched = Compiling.Compile("""{"max_memory_mb": 512, "max_processes": 5, "timeout": 1}""").Enforced;
        var held = Compiling.Compile("""{"max_memory_mb": 512, "max_processes": 5, "timeout": 1}""", Compiling.Kernel() with { Cgroup = cgroup }).Enforced;
        Assert.That(watched, Does.Contain(new EnforcedItem("paths", "Landlock ABI 7")));
        Assert.That(watched, Does.Contain(new EnforcedItem("max_memory_mb", "rlimit, and the supervisor for the tree")));
        Assert.That(held, Does.Contain(new EnforcedItem("max_memory_mb", "rlimit, and the supervisor for the tree")));
        Assert.That(held, Does.Contain(new EnforcedItem("timeout", "supervisor")));
        Assert.That(watched.Select(item => item.Option), Does.Not.Contain("max_open_files"));
        Assert.That(Compiling.Compile("{}", Compiling.Kernel(2)).Enforced, Does.Contain(new EnforcedItem("paths", "Landlock ABI 2, truncation by seccomp")));
    }

    [Test]
    public void Compiling_the_same_twice_gives_the_same()
    {
        const string Json = """{"allowed_paths": ["/tmp/work"], "allow_network": [443], "max_processes": 5}""";
        var (first, second) = (Compiling.Compile(Json), Compiling.Compile(Json));
        Assert.That(second.Filter!.Programme, Is.EqualTo(first.Filter!.Programme));
        Assert.That(second.Landlock!.PathRules, Is.EqualTo(first.Landlock!.PathRules));
        Assert.That(second.Environment, Is.EqualTo(first.Environment));
    }
}
