using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Tests.Policy;

namespace IronCage.Sandbox.Tests.Seccomp;

/// <summary>What becomes of every system call and every row of arguments under real policies, on both architectures, in programmes that the machine of these tests runs.</summary>
public sealed class PolicyFilterTests
{
    private const uint Kill = 0x8000_0000;
    private const uint Allow = 0x7FFF_0000;

    private static readonly CpuArchitecture[] Architectures = [CpuArchitecture.X64, CpuArchitecture.Arm64];

    [Test]
    public void Every_call_that_no_row_names_is_allowed_and_every_denied_one_is_denied_whatever_its_arguments([ValueSource(nameof(Architectures))] CpuArchitecture architecture)
    {
        var filter = Filter(architecture, """{"max_processes": 5}""");
        var table = SyscallTable.Of(architecture);
        var denied = Words(VerdictTable.Denied);
        var notFound = Words(VerdictTable.NoSuchCall);
        var changes = Words(VerdictTable.FileChanges);
        var byArgument = VerdictTable.Rows.Select(row => row.Call).ToHashSet();
        foreach (var name in table.Names)
        {
            if (byArgument.Contains(name))
                continue;
            var expected = denied.Contains(name) ? "EPERM" : notFound.Contains(name) ? "ENOSYS" : changes.Contains(name) ? "notify" : "allow";
            foreach (var value in new ulong[] { 0, 1, 2, ulong.MaxValue, 1UL << 32 })
                Assert.That(Verdict(filter, table.NumberOf(name)!.Value, [value, value, value, value, value, value]), Is.EqualTo(expected), $"{name} with {value}");
        }
        foreach (var name in denied.Concat(notFound).Concat(changes).Concat(byArgument))
            Assert.That(SyscallTable.X64.NumberOf(name) ?? SyscallTable.Arm64.NumberOf(name), Is.Not.Null, $"{name} is the name of a call");
    }

    [Test]
    public void Every_row_of_arguments_fares_as_it_should([ValueSource(nameof(Architectures))] CpuArchitecture architecture)
    {
        var filters = VerdictTable.Policies.ToDictionary(policy => policy.Name, policy => Filter(architecture, policy.Json));
        var checkedRows = 0;
        Assert.Multiple(() =>
        {
            foreach (var row in VerdictTable.Rows)
            {
                if (SyscallTable.Of(architecture).NumberOf(row.Call) is not { } number)
                    continue;
                foreach (var (policy, expected) in row.Expected)
                {
                    Assert.That(Verdict(filters[policy], number, row.Arguments), Is.EqualTo(expected), $"{row.Call}({string.Join(", ", row.Arguments)}) under {policy}");
                    checkedRows++;
                }
            }
        });
        Assert.That(checkedRows, Is.GreaterThan(400));
    }

    [Test]
    public void Numbers_that_no_call_has_are_not_there([ValueSource(nameof(Architectures))] CpuArchitecture architecture)
    {
        var filter = Filter(architecture, "{}");
        var table = SyscallTable.Of(architecture);
        for (var number = 0; number < 1200; number++)
        {
            if (table.NameOf(number) is null)
                Assert.That(Verdict(filter, number, new ulong[6]), Is.EqualTo("ENOSYS"), $"{number}");
        }
        Assert.That(Verdict(filter, -1, new ulong[6]), Is.EqualTo("ENOSYS"), "what a tracer took away");
    }

    [Test]
    public void Calls_of_x32_end_the_process()
    {
        var filter = Filter(CpuArchitecture.X64, "{}");
        for (var number = 0u; number < 600; number++)
            Assert.That(BpfMachine.Run(filter.Programme, 0xC000003E, 0x4000_0000 | number, new ulong[6]), Is.EqualTo(Kill), $"{number}");
        Assert.That(BpfMachine.Run(filter.Programme, 0xC000003E, 0xFFFF_FFFE, new ulong[6]), Is.EqualTo(Kill));
    }

    [TestCase(CpuArchitecture.X64, 0x4000_0003u, TestName = "int 0x80 on x86-64")]
    [TestCase(CpuArchitecture.X64, 0xC000_00B7u, TestName = "arm64 on x86-64")]
    [TestCase(CpuArchitecture.Arm64, 0x4000_0028u, TestName = "arm on arm64")]
    [TestCase(CpuArchitecture.Arm64, 0xC000_003Eu, TestName = "x86-64 on arm64")]
    [TestCase(CpuArchitecture.X64, 0u, TestName = "no architecture")]
    public void Calls_of_another_architecture_end_the_process(CpuArchitecture architecture, uint other)
    {
        var filter = Filter(architecture, "{}");
        for (var number = 0u; number < 600; number++)
            Assert.That(BpfMachine.Run(filter.Programme, other, number, new ulong[6]), Is.EqualTo(Kill), $"{number}");
    }

    [Test]
    public void Programmes_are_short_and_every_call_takes_few_instructions([ValueSource(nameof(Architectures))] CpuArchitecture architecture)
    {
        foreach (var policy in VerdictTable.Policies)
        {
            var filter = Filter(architecture, policy.Json);
            Assert.That(BpfMachine.Refusal(filter.Programme), Is.Null, policy.Name);
            Assert.That(filter.Programme, Has.Length.LessThan(512), policy.Name);
            // The longest are ioctl's requests, one after another.
            Assert.That(BpfMachine.LongestPath(filter.Programme), Is.LessThan(70), policy.Name);
        }
    }

    [Test]
    public void Without_notifications_changes_of_files_are_denied_and_ids_must_be_0()
    {
        var kernel = Compiling.Kernel() with { SeccompNotifications = false };
        var filter = Compiling.Compile("""{"max_processes": 5, "best_effort": true, "allow_network": {"bind": [8000]}}""", kernel).Filter!;
        Assert.That(filter.Rules.Any(rule => rule.Action.Kind == FilterActionKind.Notify), Is.False);
        Assert.That(Verdict(filter, 90, new ulong[6]), Is.EqualTo("EPERM"), "chmod");
        Assert.That(Verdict(filter, 302, [7, 0, 0, 0, 0, 0]), Is.EqualTo("EPERM"), "prlimit64 of another process");
        Assert.That(Verdict(filter, 59, new ulong[6]), Is.EqualTo("allow"), "execve");
    }

    [TestCase("truncate", 76, 0ul, 0ul, 0ul, "EACCES")]
    [TestCase("open O_RDONLY|O_TRUNC", 2, 0ul, 0x200ul, 0ul, "EACCES")]
    [TestCase("open 3|O_TRUNC", 2, 0ul, 0x203ul, 0ul, "EACCES")]
    [TestCase("open O_WRONLY|O_TRUNC needs the right to write", 2, 0ul, 0x201ul, 0ul, "allow")]
    [TestCase("open O_RDONLY", 2, 0ul, 0ul, 0ul, "allow")]
    [TestCase("openat O_RDONLY|O_TRUNC|O_CLOEXEC", 257, 0ul, 0ul, 0x80200ul, "EACCES")]
    [TestCase("openat O_RDWR|O_TRUNC", 257, 0ul, 0ul, 0x202ul, "allow")]
    [TestCase("openat2", 437, 0ul, 0ul, 0ul, "ENOSYS")]
    public void Before_Landlock_ABI_3_the_filter_keeps_files_from_being_emptied(string what, int number, ulong a0, ulong a1, ulong a2, string expected)
    {
        Assert.That(Verdict(Compiling.Compile("{}", Compiling.Kernel(2) with { LandlockScopes = Compiling.Kernel().LandlockScopes }).Filter!, number, [a0, a1, a2, 0, 0, 0]), Is.EqualTo(expected), what);
        Assert.That(Verdict(Compiling.Compile("{}").Filter!, number, [a0, a1, a2, 0, 0, 0]), Is.EqualTo("allow"), $"{what}, ABI 7");
    }

    [TestCase("socket AF_INET stream", 41, 2ul, 1ul, 0ul, "allow")]
    [TestCase("socket AF_INET stream, close on exec, TCP", 41, 2ul, 0x80801ul, 6ul, "allow")]
    [TestCase("socket AF_INET stream, MPTCP", 41, 2ul, 1ul, 262ul, "EACCES")]
    [TestCase("socket AF_INET datagram", 41, 2ul, 2ul, 0ul, "EACCES")]
    [TestCase("socket AF_INET6 stream", 41, 10ul, 1ul, 0ul, "EACCES")]
    [TestCase("socket AF_UNIX stream", 41, 1ul, 1ul, 0ul, "EACCES")]
    [TestCase("connect", 42, 3ul, 1ul, 16ul, "notify")]
    [TestCase("bind", 49, 3ul, 1ul, 16ul, "EACCES")]
    [TestCase("listen", 50, 3ul, 1ul, 0ul, "EACCES")]
    [TestCase("setsockopt TCP_NODELAY", 54, 3ul, 6ul, 1ul, "allow")]
    [TestCase("setsockopt TCP_FASTOPEN_CONNECT", 54, 3ul, 6ul, 30ul, "EACCES")]
    [TestCase("setsockopt TCP_ULP", 54, 3ul, 6ul, 31ul, "EACCES")]
    public void With_names_alone_a_client_socket_can_be_made_and_only_the_supervisor_connects_it(string what, int number, ulong a0, ulong a1, ulong a2, string expected) =>
        Assert.That(Verdict(Compiling.Compile("""{"allowed_domains": ["api.example.org"]}""").Filter!, number, [a0, a1, a2, 0, 0, 0]), Is.EqualTo(expected), what);

    [Test]
    public void With_names_alone_no_port_is_granted_and_first_data_cannot_connect()
    {
        var compiled = Compiling.Compile("""{"allowed_domains": ["api.example.org"]}""");
        Assert.That(compiled.Landlock!.PortRules, Is.Empty);
        Assert.That(compiled.Landlock.HandledNet.HasFlag(IronCage.Sandbox.Landlock.NetRights.ConnectTcp), Is.True);
        Assert.That(Verdict(compiled.Filter!, 44, [3, 1, 1, 0x2000_0000, 0, 0]), Is.EqualTo("EACCES"), "sendto MSG_FASTOPEN");
        Assert.That(Verdict(compiled.Filter!, 44, [3, 1, 1, 0, 1, 16]), Is.EqualTo("EACCES"), "sendto with an address");
    }

    [Test]
    public void Without_notifications_names_are_a_loss()
    {
        var compiled = Compiling.Compile("""{"allowed_domains": ["api.example.org"], "best_effort": true}""", Compiling.Kernel() with { SeccompNotifications = false });
        Assert.That(compiled.Losses.Select(loss => loss.Option), Has.Member("allowed_domains"));
        Assert.That(Verdict(compiled.Filter!, 41, [2, 1, 0, 0, 0, 0]), Is.EqualTo("EACCES"), "socket");
    }

    [Test]
    public void A_denial_says_why_and_which_option_would_allow_it()
    {
        var filter = Compiling.Compile("{}").Filter!;
        Assert.That(filter.RuleFor("socket", [2, 1, 0, 0, 0, 0]), Is.Not.Null.And.Matches<FilterRule>(rule => rule.Option == "allow_network" && rule.Reason.Contains("network is off")));
        Assert.That(filter.RuleFor("ptrace", new ulong[6]), Is.Not.Null.And.Matches<FilterRule>(rule => rule.Option is null && rule.Reason.Contains("other processes")));
        Assert.That(filter.RuleFor("getpid", new ulong[6]), Is.Null);
    }

    private static SeccompFilter Filter(CpuArchitecture architecture, string json) => Compiling.Compile(json, Compiling.Kernel(architecture: architecture)).Filter!;

    private static HashSet<string> Words(string text) => [.. text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];

    private static string Verdict(SeccompFilter filter, int number, ulong[] arguments)
    {
        var result = BpfMachine.Run(filter.Programme, (uint)filter.Architecture, (uint)number, arguments);
        return result switch
        {
            Allow => "allow",
            Kill => "kill",
            0x7FC0_0000 => "notify",
            0x0005_0001 => "EPERM",
            0x0005_000D => "EACCES",
            0x0005_0026 => "ENOSYS",
            _ => $"{result:x}",
        };
    }
}
