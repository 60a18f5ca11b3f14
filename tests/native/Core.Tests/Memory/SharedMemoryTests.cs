using System.Globalization;
using System.Runtime.CompilerServices;
using IronCage.Core.Memory;

namespace IronCage.Core.Tests.Memory;

[Platform("Linux")]
public class SharedMemoryTests
{
    private const int Length = 1 << 16;

    private static bool IsMapped(nint address) => File.ReadLines("/proc/self/maps").Any(line =>
    {
        var ends = line.Split(' ', 2)[0].Split('-').Select(end => long.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
        return ends[0] <= address && address < ends[1];
    });

    // In methods of their own, so that no frame keeps them alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint MapAndDrop() => new SharedMemory(Length).Address;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void InheritAndDrop(nint address)
    {
        Assert.That(SharedMemory.Inherit(address, Length).Address, Is.EqualTo(address));
        Assert.That(SharedMemory.Inherit(address, Length).Address, Is.EqualTo(address), "as often as one likes");
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Test]
    public void It_is_unmapped_when_nobody_refers_to_it()
    {
        // Something else may come to lie at an address that is free: not at all of them.
        var addresses = Enumerable.Range(0, 16).Select(_ => MapAndDrop()).ToArray();
        Collect();
        Assert.That(addresses.Count(IsMapped), Is.LessThan(addresses.Length));
    }

    [Test]
    public void However_many_are_dropped_the_mappings_of_the_process_do_not_run_out()
    {
        const int Many = 40_000; // of some 65,000 that a process may have
        for (var i = 0; i < Many; i++)
            MapAndDrop();
        Assert.That(File.ReadLines("/proc/self/maps").Count(), Is.LessThan(Many / 2));
    }

    [Test]
    public void Heirs_do_not_unmap_it()
    {
        var memory = new SharedMemory(Length);
        InheritAndDrop(memory.Address);
        Collect();
        Assert.That(IsMapped(memory.Address), Is.True);
        GC.KeepAlive(memory);
    }
}
