using System.Text.RegularExpressions;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Seccomp;

namespace IronCage.Sandbox.Tests.Seccomp;

public sealed partial class SyscallTableTests
{
    /// <summary>The compiler's header on Debian, of an older kernel than the table: what it knows must be the same.</summary>
    private const string Header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";

    [TestCase("read", 0, 63)]
    [TestCase("clone", 56, 220)]
    [TestCase("execve", 59, 221)]
    [TestCase("ptrace", 101, 117)]
    [TestCase("prlimit64", 302, 261)]
    [TestCase("sendmmsg", 307, 269)]
    [TestCase("seccomp", 317, 277)]
    [TestCase("memfd_create", 319, 279)]
    [TestCase("io_uring_setup", 425, 425)]
    [TestCase("landlock_create_ruleset", 444, 444)]
    [TestCase("file_setattr", 469, 469)]
    [TestCase("uprobe", 336, null)]
    [TestCase("fork", 57, null)]
    [TestCase("chmod", 90, null)]
    public void Calls_have_the_numbers_of_their_architecture(string name, int x64, int? arm64)
    {
        Assert.That(SyscallTable.X64.NumberOf(name), Is.EqualTo(x64));
        Assert.That(SyscallTable.Arm64.NumberOf(name), Is.EqualTo(arm64));
    }

    [Test]
    public void Numbers_are_the_same_everywhere_from_424_on_and_complete_up_to_Linux_6_18()
    {
        for (var number = 424; number <= 469; number++)
        {
            Assert.That(SyscallTable.X64.NameOf(number), Is.Not.Null, $"{number}");
            Assert.That(SyscallTable.Arm64.NameOf(number), Is.EqualTo(SyscallTable.X64.NameOf(number)), $"{number}");
        }
        Assert.That(SyscallTable.X64.Highest, Is.EqualTo(469));
        // Of the old numbers, x86-64 has all up to 336, arm64 leaves out 244 to 259, which belong to other architectures.
        Assert.That(Enumerable.Range(0, 337).Where(number => SyscallTable.X64.NameOf(number) is null), Is.Empty);
        Assert.That(Enumerable.Range(0, 295).Where(number => SyscallTable.Arm64.NameOf(number) is null), Is.EqualTo(Enumerable.Range(244, 16)));
        Assert.That(SyscallTable.X64.Names.Count(), Is.EqualTo(383));
        Assert.That(SyscallTable.Arm64.Names.Count(), Is.EqualTo(325));
    }

    [Test]
    public void What_the_compilers_header_knows_is_the_same_in_the_table()
    {
        if (!File.Exists(Header))
            Assert.Ignore($"{Header} is not there");
        var known = Definition().Matches(File.ReadAllText(Header));
        Assert.That(known, Has.Count.GreaterThan(300));
        foreach (Match definition in known)
            Assert.That(SyscallTable.X64.NumberOf(definition.Groups[1].Value), Is.EqualTo(int.Parse(definition.Groups[2].Value)), definition.Groups[1].Value);
    }

    [GeneratedRegex(@"#define __NR_(\w+) (\d+)")]
    private static partial Regex Definition();
}
