using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Tests.Policy;

public sealed class PolicyExplanationTests
{
    [Test]
    public void A_policy_is_told_in_lines_without_the_values_of_variables()
    {
        var lines = PolicyExplanation.Lines(Compiling.Compile("""
            {"allowed_paths": ["/tmp/work"], "read_only_paths": ["/data/in"], "executable_paths": ["/tmp/work"], "max_memory_mb": 2048, "timeout": 0.5,
             "allow_network": {"connect": [443], "dns": true}, "env": {"TOKEN": "hidden"}}
            """));
        Assert.That(lines, Does.Contain("  /tmp/work: read, write, execute"));
        Assert.That(lines, Does.Contain("  /data/in: read"));
        Assert.That(lines, Does.Contain("  /usr: read, execute"));
        Assert.That(lines, Does.Contain("  working directory: /tmp/work"));
        Assert.That(lines, Does.Contain("  TCP to: 53, 443"));
        Assert.That(lines, Does.Contain("  memory: 2,048 MiB, the whole tree and each process's address space"));
        Assert.That(lines, Does.Contain("  time: 0.5 s, then the whole tree is ended"));
        Assert.That(lines, Does.Contain("  processes: no limit"));
        Assert.That(lines, Does.Contain("  PATH, RES_OPTIONS, TOKEN"));
        Assert.That(lines, Has.Some.StartsWith("  denied: other processes' memory").And.Some.EndsWith("kcmp"));
        Assert.That(lines, Does.Not.Contain("Not enforced:"));
        Assert.That(string.Join('\n', lines), Does.Not.Contain("hidden"));
    }

    [Test]
    public void What_a_folder_above_adds_is_told_where_it_adds_it() =>
        Assert.That(PolicyExplanation.Lines(Compiling.Compile("""{"allowed_paths": ["/usr/lib/app"]}""", disk: ["/usr/lib/app"])), Does.Contain("  /usr/lib/app: read, write, and read, execute by /usr").Or.Contain("  /usr/lib/app: read, write, and execute by /usr"));

    [Test]
    public void Losses_are_told_last()
    {
        var lines = PolicyExplanation.Lines(Compiling.Compile("{}", Compiling.Kernel(0)));
        Assert.That(lines, Does.Contain("Not enforced:"));
        Assert.That(lines, Does.Contain("  everything that the user may do: the kernel has no Landlock"));
        Assert.That(lines[^1], Does.StartWith("  paths: "));
    }

    [Test]
    public void A_preset_is_told_first() =>
        Assert.That(PolicyExplanation.Lines(Compiling.Compile("""{"preset": "no-network"}"""))[0], Is.EqualTo("Preset: no-network"));
}
