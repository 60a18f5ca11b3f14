using System.Buffers.Binary;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>The main function of the supervisor's executable.</summary>
internal static class SupervisorEntry
{
    /// <summary>Runs one.</summary>
    /// <param name="arguments">"detach": starts the supervisor proper, tells the host its number and ends, so that it is no child of the host. "serve": is it. "block PID":
    /// supervises a process that has confined itself, and ends as it ends.</param>
    /// <returns>The status to end with.</returns>
    public static int Run(string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        switch (arguments)
        {
            case ["detach"]:
                return Detach();
            case ["serve"]:
                using (var supervisor = new Supervisor(KernelProbe.Run(), TimeProvider.System))
                    supervisor.Run();
                return 0;
            case ["block", var pid]:
                return BlockSupervision.Run(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture), KernelProbe.Run());
            default:
                return 64;
        }
    }

    private static int Detach()
    {
        using var start = new ProcessStart("/proc/self/exe\0"u8, "iron-sandbox-supervisor\0serve\0"u8, default, default,
            [0, 1, 2, Supervisor.ControlDescriptor, Supervisor.HostDescriptor], SignalSet.Of(Signals.Child));
        if (start.Run(out var pid) != 0)
            return 1;
        Span<byte> answer = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(answer, pid);
        return SocketMessages.Send(Supervisor.ControlDescriptor, answer, default);
    }
}
