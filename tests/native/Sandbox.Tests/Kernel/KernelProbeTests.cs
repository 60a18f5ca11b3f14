using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Tests.Kernel;

/// <summary>The kernel and the disk of the machine that runs the tests.</summary>
[Platform("Linux")]
public sealed class KernelProbeTests
{
    [Test]
    public void The_kernel_has_with_rulesets_what_its_ABI_says_and_probing_leaves_nothing_open()
    {
        _ = KernelProbe.Run();
        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        var kernel = KernelProbe.Run();
        Assert.That(Directory.GetFileSystemEntries("/proc/self/fd"), Has.Length.LessThanOrEqualTo(before + 2), "descriptors");
        Assert.That(kernel.Architecture, Is.EqualTo(KernelProbe.CurrentArchitecture));
        Assert.That(kernel.Release, Is.EqualTo(File.ReadAllText("/proc/sys/kernel/osrelease").Trim()));
        Assert.That(kernel.LandlockFs & ~LandlockTable.FsOf(kernel.LandlockAbi), Is.EqualTo(FsRights.None));
        if (kernel.LandlockAbi == 0)
        {
            Assert.That(kernel.LandlockError, Is.Not.Zero);
            Assert.That(kernel.LandlockFs, Is.EqualTo(FsRights.None));
        }
        else
            Assert.That(kernel.LandlockFs, Is.EqualTo(LandlockTable.FsOf(kernel.LandlockAbi)));
        Assert.That(KernelFindings.Of(kernel), Is.Not.Empty);
        Assert.That(kernel.SeccompNotifications, Is.EqualTo(kernel.SeccompSizes.Request > 0));
    }

    [Test]
    public void Paths_of_the_disk_are_told_as_they_are()
    {
        var folder = Path.GetFullPath(Directory.CreateTempSubdirectory("paths-ü").FullName);
        try
        {
            var probe = new DiskPathProbe();
            var real = probe.Look(folder).RealPath;
            File.WriteAllText($"{folder}/f", "");
            File.CreateSymbolicLink($"{folder}/l", "f");
            File.CreateSymbolicLink($"{folder}/loop", "loop");
            Assert.That(probe.Look(folder).Kind, Is.EqualTo(PathKind.Directory));
            Assert.That(probe.Look($"{folder}/f"), Is.EqualTo(new PathFacts(PathKind.File, $"{real}/f")));
            Assert.That(probe.Look($"{folder}/l"), Is.EqualTo(new PathFacts(PathKind.File, $"{real}/f")));
            Assert.That(probe.Look($"{folder}/loop"), Is.EqualTo(new PathFacts(PathKind.Missing, $"{folder}/loop")));
            Assert.That(probe.Look($"{folder}/none").Kind, Is.EqualTo(PathKind.Missing));
            Assert.That(probe.Look($"{folder}/f/x").Kind, Is.EqualTo(PathKind.Missing));
            Assert.That(probe.Look($"{folder}/f\0").Kind, Is.EqualTo(PathKind.Missing));
            Assert.That(probe.Look("/" + new string('x', 9000)).Kind, Is.EqualTo(PathKind.Missing));
            Assert.That(probe.Look("/dev/null"), Is.EqualTo(new PathFacts(PathKind.Device, "/dev/null")));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
