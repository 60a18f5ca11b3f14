using System.Text.Json;
using IronCage.Core.Events;
using NUnit.Framework;

namespace IronCage.Telemetry.Tests.LogFiles;

[TestFixture]
public sealed class LogFileTests
{
    private static readonly DateTimeOffset Time = new(2026, 3, 4, 5, 6, 7, 123, TimeSpan.FromHours(2));
    private readonly ManualTimeProvider _clock = new();
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ironcage-log-");

    [TearDown]
    public void RemoveFolder()
    {
        if (Directory.Exists(_folder.FullName))
            Directory.Delete(_folder.FullName, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private LogFile Open(string name = "a.jsonl", long most = 100_000, int backups = 5) =>
        LogFile.At(new LogFileOptions { Path = PathOf(name), MaximumBytes = most, Backups = backups }, _clock, check: true);

    private static RuntimeEvent Event(int number, string filler = "") => new("call.settled", EventLevel.Debug, Time, 7, $"call {number}{filler}", $$"""{"n":{{number}}}""");

    private static int[] Numbers(params string[] files) =>
        [.. files.SelectMany(File.ReadAllLines).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("details").GetProperty("n").GetInt32())];

    private static async Task Write(LogFile log, int from, int count, string filler = "")
    {
        for (var i = from; i < from + count; i++)
        {
            log.Write(Event(i, filler), "a");
            if (i % 1000 == 999)
                await LogFile.FlushAsync();
        }
        await LogFile.FlushAsync();
    }

    [Test]
    public async Task Event_is_one_line_with_time_level_and_ids()
    {
        var (run, call) = (new Guid("01a22dc1-ad64-788d-971a-3b37062cbe1a"), new Guid("01a22dc1-adab-7003-9423-d16fa5e813ae"));
        Open().Write(new RuntimeEvent("pii.found", EventLevel.Warning, Time, 7, "one \"finding\"\n\u2028in é", """{"kinds":{"EMAIL_ADDRESS":1}}""") { Run = run, Call = call }, "writer");
        Open().Write(new RuntimeEvent("agent.stopped", EventLevel.Error, Time, 7, "", null), "");
        await LogFile.FlushAsync();

        Assert.That(await File.ReadAllTextAsync(PathOf("a.jsonl")), Is.EqualTo(
            $$$$"""{"time":"2026-03-04T03:06:07.123000Z","level":"warning","event":"pii.found","agent_id":"writer","run_id":"{{{{run:N}}}}","call_id":"{{{{call:N}}}}","pid":{{{{Environment.ProcessId}}}},"message":"one \"finding\"\n\u2028in é","details":{"kinds":{"EMAIL_ADDRESS":1}}}"""
            + "\n" + $$$$"""{"time":"2026-03-04T03:06:07.123000Z","level":"error","event":"agent.stopped","agent_id":null,"run_id":null,"call_id":null,"pid":{{{{Environment.ProcessId}}}},"message":"","details":null}""" + "\n"));
    }

    [Test]
    public async Task Full_file_becomes_the_youngest_backup_and_no_line_is_lost_or_twice()
    {
        await Write(Open(backups: 100), 0, 3000, new string('x', 200));

        var backups = _folder.GetFiles("a.jsonl.*").Where(file => file.Extension != ".lock").OrderByDescending(file => int.Parse(file.Extension[1..], System.Globalization.CultureInfo.InvariantCulture)).Select(file => file.FullName).ToArray();
        Assert.That(backups, Has.Length.GreaterThan(5));
        Assert.That(Numbers([.. backups, PathOf("a.jsonl")]), Is.EqualTo(Enumerable.Range(0, 3000)));
        Assert.That(_folder.GetFiles().Max(file => file.Length), Is.LessThanOrEqualTo(100_000));
    }

    [Test]
    public async Task Only_so_many_backups_stay([Values(0, 1, 2)] int backups)
    {
        await Write(Open(backups: backups), 0, 2000, new string('x', 300));

        Assert.That(_folder.GetFiles("a.jsonl.*").Count(file => file.Extension != ".lock"), Is.EqualTo(backups));
        Assert.That(Numbers(PathOf("a.jsonl"))[^1], Is.EqualTo(1999));
    }

    [Test]
    public async Task Gap_that_a_death_left_in_the_backups_is_filled_before_one_goes()
    {
        var log = Open(backups: 3);
        await File.WriteAllTextAsync(PathOf("a.jsonl.1"), "one");
        await File.WriteAllTextAsync(PathOf("a.jsonl.3"), "three");
        await Write(log, 0, 300, new string('x', 200));

        Assert.That(await File.ReadAllTextAsync(PathOf("a.jsonl.2")), Is.EqualTo("one"));
        Assert.That(await File.ReadAllTextAsync(PathOf("a.jsonl.3")), Is.EqualTo("three"));
    }

    [Test]
    public async Task Torn_line_of_a_writer_that_died_goes_and_anything_else_that_was_there_stays([Values] bool isOurs)
    {
        var before = isOurs ? """{"details":{"n":1}}""" + "\n" + """{"time":"2026-03-04T03:0""" : "a note of somebody's";
        await File.WriteAllTextAsync(PathOf("a.jsonl"), before);
        await Write(Open(), 2, 1);

        var lines = await File.ReadAllLinesAsync(PathOf("a.jsonl"));
        Assert.That(lines[0], Is.EqualTo(isOurs ? """{"details":{"n":1}}""" : before));
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[1], Does.Contain("\"n\":2"));
    }

    [Test]
    public async Task Folder_that_went_is_told_once_and_writing_goes_on_when_it_is_back()
    {
        var log = Open();
        var told = new List<string>();
        log.Failed += told.Add;
        await Write(log, 0, 1);
        _folder.Delete(recursive: true);
        await Write(log, 1, 1);
        await Write(log, 2, 1); // a flush of what cannot be written does not wait
        Assert.That(told, Has.Count.EqualTo(1));
        Assert.That(told[0], Does.StartWith($"the log file {PathOf("a.jsonl")} cannot be written ("));
        Assert.That(Assert.Throws<IOException>(() => Open())!.Message, Does.Contain("cannot be written at the moment"));

        _folder.Create();
        await LogFile.FlushAsync();
        Assert.That(() => File.Exists(PathOf("a.jsonl")) && Numbers(PathOf("a.jsonl")).Length == 2, Is.True.After(60_000, 20));
        Assert.That(Numbers(PathOf("a.jsonl")), Is.EqualTo(new[] { 1, 2 }));
        _folder.Delete(recursive: true);
        await Write(log, 3, 1);
        Assert.That(told, Has.Count.EqualTo(2), "the next time, it is told again");
    }

    [Test]
    public async Task Events_beyond_the_capacity_are_dropped_and_counted()
    {
        var log = Open(most: 100_000_000);
        _folder.Delete(recursive: true);
        await Write(log, 0, 1); // fails: what comes waits
        for (var i = 1; i < LogFile.Capacity + 11; i++)
            log.Write(Event(i), "a");
        Assert.That(log.Dropped, Is.EqualTo(10));

        _folder.Create();
        await LogFile.FlushAsync();
        Assert.That(() => File.Exists(PathOf("a.jsonl")) && File.ReadAllText(PathOf("a.jsonl")).Contains("log.dropped", StringComparison.Ordinal), Is.True.After(60_000, 20));
        Assert.That(File.ReadAllLines(PathOf("a.jsonl")).Count(line => line.Contains("log.dropped", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void File_that_cannot_be_made_is_an_error_at_once() =>
        Assert.Throws<DirectoryNotFoundException>(() => Open("none/a.jsonl"));

    [TestCase(99_999, 5)]
    [TestCase(100_000_000_001, 5)]
    [TestCase(100_000, -1)]
    [TestCase(100_000, 1001)]
    public void Options_out_of_range_are_refused(long most, int backups) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(most: most, backups: backups));

    [Test]
    public async Task Any_number_of_threads_write_whole_lines()
    {
        var log = Open(most: 100_000_000);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
                log.Write(Event(t * 500 + i), "a");
        })));
        await LogFile.FlushAsync();

        Assert.That(Numbers(PathOf("a.jsonl")).Order(), Is.EqualTo(Enumerable.Range(0, 4000)));
    }
}
