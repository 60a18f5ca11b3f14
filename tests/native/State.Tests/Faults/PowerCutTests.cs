using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using IronCage.State.Tests.Support;

namespace IronCage.State.Tests.Faults;

/// <summary>A power cut before any synchronisation: of what was written since a file was last synchronised, all may be lost, or nothing, of each file for itself.</summary>
[Platform("Linux")]
public class PowerCutTests
{
    private TemporaryDirectory _directory = null!;
    private string _synced = null!;

    [OneTimeSetUp]
    public void Compile()
    {
        _directory = new TemporaryDirectory(inMemory: true);
        _synced = _directory.File("synced.so");
        try
        {
            using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O2", "-o", _synced, Path.Combine(TestContext.CurrentContext.TestDirectory, "synced.c"), "-ldl"]);
            compiler.WaitForExit();
            Assert.That(compiler.ExitCode, Is.Zero);
        }
        catch (Win32Exception)
        {
            Assert.Ignore("there is no C compiler");
        }
    }

    [OneTimeTearDown]
    public void Delete() => _directory.Dispose();

    [Test]
    public async Task What_was_acknowledged_is_there_after_it()
    {
        // Each synchronisation in the long run; here one of seven.
        var step = Counts.Long ? 1 : 7;
        var lost = 0;
        for (var at = 1; ; at += step)
        {
            var path = _directory.File($"{at}.db");
            var told = new Told();
            using var worker = OtherProcess.WorkerWith([("LD_PRELOAD", _synced), ("CUT_AT", at.ToString(CultureInfo.InvariantCulture))], "story", path, "0");
            while (worker.ReadLine() is { } line)
                told.Say($"{line}");
            worker.AwaitEnd();
            var understood = told.Understand();
            foreach (var (file, log) in new[] { (true, true), (true, false), (false, true), (false, false) })
            {
                var left = _directory.File($"{at}-{file}-{log}.db");
                lost += Leave(path, left, "", file) + Leave(path, left, "-journal", file) + Leave(path, left, "-wal", log);
                try
                {
                    await StoryCheck.Passes(left, understood, isOld: false);
                }
                catch (AssertionException e)
                {
                    throw new AssertionException($"synchronisation {at}; of the file {(file ? "what was synchronised" : "everything")} and of the log {(log ? "what was synchronised" : "everything")} is left: {e.Message}", e);
                }
            }
            if (!understood.IsOver)
                continue;
            Assert.That(at, Is.GreaterThan(20));
            Assert.That(lost, Is.GreaterThanOrEqualTo(at / step), "something was lost each time");
            return;
        }
    }

    /// <summary>Copies what is left of a file.</summary>
    /// <returns>1 if something was lost.</returns>
    private static int Leave(string from, string to, string suffix, bool onlySynced)
    {
        if (!File.Exists(from + suffix))
            return 0;
        var all = File.ReadAllBytes(from + suffix);
        var synced = File.Exists(from + suffix + ".synced") ? File.ReadAllBytes(from + suffix + ".synced") : [];
        File.WriteAllBytes(to + suffix, onlySynced ? synced : all);
        return onlySynced && !all.AsSpan().SequenceEqual(synced) ? 1 : 0;
    }
}
