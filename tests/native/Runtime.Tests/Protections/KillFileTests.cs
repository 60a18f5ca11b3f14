using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Tests.Protections;

/// <summary>Files that stop agents by being there.</summary>
public class KillFileTests
{
    private string _directory = null!;

    [SetUp]
    public void Make() => _directory = Directory.CreateTempSubdirectory("ironcage-kill-").FullName;

    [TearDown]
    public void Remove() => Directory.Delete(_directory, recursive: true);

    [TestCase("", null)]
    [TestCase("\n\nmore", null)]
    [TestCase("  why  \nmore", "why")]
    [TestCase("why\r\nmore", "why")]
    [TestCase("a\tb\u0007c", "a b c")]
    [TestCase("\uFEFFwhy", "why")]
    public void Its_first_line_is_the_reason_or_that_it_exists(string content, string? reason)
    {
        var file = new KillFile(Path.Combine(_directory, "stop"));
        Assert.That(file.Reason(), Is.Null);
        File.WriteAllText(file.Path, content);
        Assert.That(file.Reason(), Is.EqualTo(reason ?? $"the kill file {file.Path} exists"));
        File.Delete(file.Path);
        Assert.That(file.Reason(), Is.Null);
    }

    [Test]
    public void Of_a_long_line_200_characters_are_the_reason()
    {
        var file = new KillFile(Path.Combine(_directory, "stop"));
        File.WriteAllText(file.Path, string.Concat(Enumerable.Repeat("😀", 100_000)));
        Assert.That(file.Reason(), Is.EqualTo(string.Concat(Enumerable.Repeat("😀", 200))));
    }

    [Test]
    public void Whatever_exists_counts_and_so_does_what_cannot_be_looked_at()
    {
        Assert.That(new KillFile(_directory).Reason(), Does.Contain("exists"));
        Assert.That(new KillFile(Path.Combine(_directory, "no", "such", "file")).Reason(), Is.Null);
        Assert.That(new KillFile(Path.Combine(_directory, new string('x', 300))).Reason(), Does.Contain("cannot be looked at"));
    }
}
