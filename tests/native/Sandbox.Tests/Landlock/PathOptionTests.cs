using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Tests.Policy;

namespace IronCage.Sandbox.Tests.Landlock;

public sealed class PathOptionTests
{
    [TestCase("""{"allowed_paths": [""]}""", "allowed_paths[0]", "empty")]
    [TestCase("""{"allowed_paths": ["/tmp", "work"]}""", "allowed_paths[1]", "absolute")]
    [TestCase("""{"allowed_paths": ["~/work"]}""", "allowed_paths[0]", "absolute")]
    [TestCase("""{"allowed_paths": ["/tmp/\u0000x"]}""", "allowed_paths[0]", "NUL")]
    [TestCase("""{"allowed_paths": ["/tmp/../etc"]}""", "allowed_paths[0]", "..")]
    [TestCase("""{"allowed_paths": ["/tmp/none"]}""", "allowed_paths[0]", "does not exist")]
    [TestCase("""{"read_only_paths": ["/tmp/none"]}""", "read_only_paths[0]", "does not exist")]
    [TestCase("""{"executables": ["/tmp/none"]}""", "executables[0]", "does not exist")]
    [TestCase("""{"executables": ["none"]}""", "executables[0]", "no folder of PATH")]
    [TestCase("""{"executables": ["bin/sh"]}""", "executables[0]", "absolute")]
    [TestCase("""{"executables": ["/dev/null"]}""", "executables[0]", "neither")]
    [TestCase("""{"runtime_paths": ["/none"]}""", "runtime_paths[0]", "does not exist")]
    [TestCase("""{"allowed_paths": ["/tmp/out"]}""", "allowed_paths[0]", "symbolic link; name /home/a")]
    [TestCase("""{"allowed_paths": ["/tmp/out/project"]}""", "allowed_paths[0]", "symbolic link; name /home/a/project")]
    [TestCase("""{"read_only_paths": ["/bin"]}""", "read_only_paths[0]", "symbolic link; name /usr/bin")]
    [TestCase("""{"allowed_paths": ["/tmp/loop"]}""", "allowed_paths[0]", "does not exist")]
    [TestCase("""{"allowed_paths": ["/"]}""", "allowed_paths[0]", "cannot be granted")]
    [TestCase("""{"read_only_paths": ["/proc"]}""", "read_only_paths[0]", "cannot be granted")]
    [TestCase("""{"read_only_paths": ["/proc/1"]}""", "read_only_paths[0]", "cannot be granted")]
    [TestCase("""{"allowed_paths": ["/sys"]}""", "allowed_paths[0]", "cannot be granted")]
    [TestCase("""{"allowed_paths": ["/dev"]}""", "allowed_paths[0]", "cannot be granted")]
    [TestCase("""{"executables": ["/tmp/toproc"]}""", "executables[0]", "cannot be granted")]
    [TestCase("""{"allowed_paths": ["/tmp/work"], "read_only_paths": ["/tmp/work/"]}""", "read_only_paths[0]", "writable or read-only")]
    [TestCase("""{"allowed_paths": ["/tmp"], "read_only_paths": ["/data/in", "/tmp/work"]}""", "read_only_paths[1]", "cannot take that away")]
    [TestCase("""{"allowed_paths": ["/home/a"], "denied_paths": ["/home/a/.ssh"]}""", "denied_paths[0]", "Landlock cannot take rights away")]
    [TestCase("""{"read_only_paths": ["/home/a"], "denied_paths": ["/home/a/.ssh/id_ed25519"]}""", "denied_paths[0]", "read_only_paths[0] grants")]
    [TestCase("""{"denied_paths": ["/usr/bin/git"]}""", "denied_paths[0]", "run-time set")]
    [TestCase("""{"denied_paths": ["/home"]}""", "denied_paths[0]", "interpreter prefix grants")]
    [TestCase("""{"allowed_paths": ["/home/a/project"], "denied_paths": ["/tmp/out/project"]}""", "denied_paths[0]", "/home/a/project")]
    public void A_path_that_cannot_be_meant_is_refused(string json, string option, string problem)
    {
        var error = Assert.Throws<PolicyException>(() => Compiling.Compile(json, disk: ["/tmp/out>/home/a", "/tmp/loop>/tmp/loop", "/tmp/toproc>/proc"]));
        Assert.That(error.Option, Is.EqualTo(option));
        Assert.That(error.Message, Does.Contain(problem));
    }

    [TestCase("""{"allowed_paths": ["//tmp/./work/"]}""")]
    [TestCase("""{"read_only_paths": ["/home/a"], "allowed_paths": ["/home/a/project"]}""")]
    [TestCase("""{"allowed_paths": ["/home/a/project"], "denied_paths": ["/home/a/.ssh", "/not/there"]}""")]
    [TestCase("""{"allowed_paths": ["/tmp/work", "/tmp/work"]}""")]
    public void A_path_that_can_be_meant_is_taken(string json) => Assert.That(Compiling.Compile(json).Refusal, Is.Null);

    [Test]
    public void A_name_that_begins_like_another_is_not_below_it() =>
        Assert.That(Compiling.Compile("""{"allowed_paths": ["/tmp/work"], "read_only_paths": ["/tmp/work2"]}""", disk: ["/tmp/work2"]).Refusal, Is.Null);

    [Test]
    public void A_path_has_at_most_4095_bytes()
    {
        var path = "/" + string.Concat(Enumerable.Repeat("ä/", 1364)) + "xx";
        Assert.That(System.Text.Encoding.UTF8.GetByteCount(path), Is.EqualTo(4095));
        Assert.That(() => Compiling.Compile($$"""{"allowed_paths": ["{{path}}"]}"""), Throws.TypeOf<PolicyException>().With.Message.Contains("does not exist"));
        Assert.That(() => Compiling.Compile($$"""{"allowed_paths": ["{{path}}x"]}"""), Throws.TypeOf<PolicyException>().With.Message.Contains("4095"));
    }

    [TestCase("/home")]
    [TestCase("/home/a")]
    [TestCase("/")]
    public void A_prefix_of_the_interpreter_that_holds_the_home_folder_is_refused(string prefix) =>
        Assert.That(() => Compiling.Compile("{}", host: Compiling.Host with { InterpreterPrefixes = [prefix] }), Throws.TypeOf<PolicyException>().With.Property("Option").EqualTo("interpreter prefix"));

    [Test]
    public void A_prefix_that_is_not_there_is_left_out_and_one_of_the_system_is_taken_wherever_home_is()
    {
        var host = Compiling.Host with { InterpreterPrefixes = ["/gone", "/usr"], Environment = Compiling.Host.Environment.SetItem("HOME", "/usr/games") };
        Assert.That(Compiling.Compile("{}", host: host).Refusal, Is.Null);
    }

    [Test]
    public void A_path_that_has_vanished_since_is_missing()
    {
        var disk = MemoryPaths.Debian("/tmp/gone");
        var policy = Compiling.Read("""{"allowed_paths": ["/tmp/gone"]}""");
        Assert.That(PolicyCompiler.Compile(policy, Compiling.Kernel(), Compiling.Host, disk).Refusal, Is.Null);
        Assert.That(() => PolicyCompiler.Compile(policy, Compiling.Kernel(), Compiling.Host, MemoryPaths.Debian()), Throws.TypeOf<PolicyException>());
    }
}
