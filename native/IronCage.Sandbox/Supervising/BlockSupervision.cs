using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>
/// What the parent of a confined block becomes: this program, in the parent's process. All that it knew is gone with its memory; its number, its session and its terminal stay, so that whoever started it
/// sees one program that ends as the block ends.
/// </summary>
internal static class BlockSupervision
{
    private const int Channel = 3, Listener = 4, Request = 5;
    private const int Failure = 125;

    /// <summary>Supervises to the end.</summary>
    /// <param name="pid">The child, which has confined itself and waits.</param>
    /// <param name="kernel">What the kernel can enforce.</param>
    /// <returns>Its status, where it ended by itself; a signal that ended it ends this process too.</returns>
    public static int Run(int pid, KernelSupport kernel)
    {
        if (LaunchRequest.Read(Request) is not { } request)
            return Failure;
        _ = Libc.Close(Request);
        var folder = request.FolderPath;
        // Readers of our output must see its end when the block ends it.
        var nothing = Libc.Open("/dev/null", Files.ReadWrite | Files.CloseOnExec);
        for (var i = 0; i < 3; i++)
            _ = Libc.Duplicate(nothing, i);
        var plan = new PlanBook(kernel).Find(request.Policy);
        var tree = new Tree(1, Channel, plan, request, folder)
        {
            ChangeRoots = plan.Compiled.WithPrivateFolder(folder).ChangeRoots,
            Root = pid,
            Start = Tree.StartState.Running,
            // What the program has already started is none of the tree, and is let go on; what it starts from now on is.
            NewProcesses = 0,
        };
        using var supervisor = new Supervisor(kernel, TimeProvider.System);
        return supervisor.RunBlock(tree, Listener) ? Mirror(tree.Status) : Failure;
    }

    private static int Mirror(int status)
    {
        var signal = status & 0x7F;
        if (signal == 0)
            return status >> 8 & 0xFF;
        Signals.DieOf(signal);
        return 128 + signal;
    }
}
