using System.Globalization;
using IronCage.State.Tests.Support;
using SQLitePCL;

namespace IronCage.State.Tests.Faults;

/// <summary>A store that is interrupted between any two statements.</summary>
[Platform("Linux")]
public class SqliteFaultTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void Create() => _directory = new TemporaryDirectory(inMemory: true);

    [TearDown]
    public void Delete() => _directory.Dispose();

    [Test]
    public async Task Killed_at_any_statement_it_loses_nothing_and_books_nothing_twice([Values] bool isOld)
    {
        var path = await File(isOld);
        var told = new Told();
        var probe = new CopyingProbe(path, _directory.Root, told);
        await new LedgerStory(path, told, probe).RunAsync();
        Assert.That(probe.Boundaries, Is.GreaterThan(300));
        Assert.That(probe.Copies.Count(copy => copy.Sql == "after COMMIT"), Is.GreaterThan(15));
        TestContext.Out.WriteLine($"{probe.Boundaries} boundaries, {probe.Copies.Count} different states");
        foreach (var (copy, lines, sql) in probe.Copies)
            await Named(() => sql, () => StoryCheck.Passes(copy, told.Understand(lines), isOld));
        await StoryCheck.Passes(path, told.Understand(), isOld);
    }

    [Test]
    public async Task Processes_that_kill_themselves_at_a_statement_lose_nothing([Values] bool isOld)
    {
        // Every one in the long run; here one of 60, beside what the test above looks at.
        var step = Counts.Long ? 1 : 60;
        for (var at = 1; ; at += step)
        {
            var path = await File(isOld, $"{at}.db");
            var told = new Told();
            using var worker = OtherProcess.Worker("story", path, at.ToString(CultureInfo.InvariantCulture));
            while (worker.ReadLine() is { } line)
                told.Say($"{line}");
            worker.AwaitEnd();
            var understood = told.Understand();
            await Named(() => $"statement {at}", () => StoryCheck.Passes(path, understood, isOld));
            if (understood.IsOver)
                return;
        }
    }

    [TestCase(raw.SQLITE_FULL, "full", false)]
    [TestCase(raw.SQLITE_IOERR_WRITE, "cannot be read or written", false)]
    [TestCase(raw.SQLITE_BUSY, "locked", false)]
    [TestCase(raw.SQLITE_IOERR_FSYNC, "cannot be read or written", true)]
    public async Task Whatever_statement_fails_once_the_caller_is_told_why_and_nothing_is_lost_or_booked_twice(int code, string message, bool hasRun)
    {
        // Each statement with each code in the long run; here one of nine, others with each code.
        var step = Counts.Long || hasRun ? 1 : 9;
        for (var at = 1 + (hasRun ? 0 : code % 3 * 3); ; at += step)
        {
            var path = await File(isOld: at % 2 == 0, $"{at}.db");
            var told = new Told();
            var probe = new FailingProbe(at, code, hasRun);
            var story = new LedgerStory(path, told, probe);
            await Named(() => $"statement {at}, {probe.Failed}", async () =>
            {
                await story.RunAsync();
                await StoryCheck.Passes(path, told.Understand(), isOld: at % 2 == 0, mayRepeat: hasRun);
            });
            Assert.That(story.Failures, Is.All.Contains(path).And.All.Contains(message), $"statement {at}, {probe.Failed}");
            if (probe.Failed is null)
                return;
        }
    }

    /// <summary>No file yet, or one of the first schema.</summary>
    private async Task<string> File(bool isOld, string name = "story.db")
    {
        var path = _directory.File(name);
        if (isOld)
        {
            using var database = new Database(path, TimeSpan.FromSeconds(5));
            database.Execute(await System.IO.File.ReadAllTextAsync(Path.Combine(TestContext.CurrentContext.TestDirectory, "store-1.sql")));
        }
        return path;
    }

    private static async Task Named(Func<string> what, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is not SuccessException)
        {
            throw new AssertionException($"{what()}: {e.Message}", e);
        }
    }
}
