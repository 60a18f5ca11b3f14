using System.Buffers.Binary;
using IronCage.Sandbox.Hosting;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Spawning;
using Microsoft.Win32.SafeHandles;

namespace IronCage.Sandbox.Supervising;

/// <summary>The main function of the supervisor's executable.</summary>
internal static class SupervisorEntry
{
    /// <summary>Runs one.</summary>
    /// <param name="arguments">"detach": starts the supervisor proper, tells the host its number and ends, so that it is no child of the host. "serve": is it. "block PID":
    /// supervises a process that has confined itself, and ends as it ends. "compile": reads a setup (<see cref="SandboxSetup"/>) and writes what the kernel would be told
    /// (<see cref="PolicyLines"/>); nothing is started.</param>
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
            case ["compile"]:
                return Compile();
            case ["block", var pid]:
                return BlockSupervision.Run(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture), KernelProbe.Run());
            default:
                return 64;
        }
    }

    private static int Compile()
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read);
        using var setup = new MemoryStream();
        input.CopyTo(setup);
        using var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write);
        try
        {
            output.Write(PolicyLines.Write(SandboxSetup.Read(setup.ToArray()).Compile(KernelProbe.Run())));
            return 0;
        }
        catch (PolicyException e)
        {
            output.Write(System.Text.Encoding.UTF8.GetBytes(e.Message + "\n"));
            return 65;
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
