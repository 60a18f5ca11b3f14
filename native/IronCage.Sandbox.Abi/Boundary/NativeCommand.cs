using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Sandbox.Hosting;
using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Abi.Boundary;

/// <summary>The layout of <c>ironcage_sandbox_command</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeCommand
{
    private const uint FlagUnconfined = 1;
    private const int MostDescriptors = 12;
    private const int LongestArguments = 2 << 20;

    public uint Size;
    public uint Flags;
    public byte* Arguments;
    public nuint ArgumentsLength;
    public byte* Directory;
    public nuint DirectoryLength;
    public int* Descriptors;
    public nuint DescriptorCount;
    public long TimeoutMilliseconds;

    public static LaunchCommand Read(NativeCommand* command)
    {
        if (command is null)
            throw new AbiException(SandboxStatus.Argument, "a null command");
        if (command->Size != (uint)sizeof(NativeCommand))
            throw new AbiException(SandboxStatus.Argument, $"command.size must be {sizeof(NativeCommand)}");
        if ((command->Flags & ~FlagUnconfined) != 0)
            throw new AbiException(SandboxStatus.Argument, "an unknown flag");
        if (command->DescriptorCount is < 3 or > MostDescriptors || command->Descriptors is null)
            throw new AbiException(SandboxStatus.Argument, $"a command has 3 to {MostDescriptors} descriptors");
        if (command->TimeoutMilliseconds < -1)
            throw new AbiException(SandboxStatus.Argument, "timeout_ms must be -1 or more");
        var arguments = SandboxInput.Bytes(command->Arguments, command->ArgumentsLength);
        if (arguments.IsEmpty || arguments[^1] != 0)
            throw new AbiException(SandboxStatus.Argument, "argv must be strings that each end with a NUL");
        if (arguments.Length > LongestArguments)
            throw new Spawning.KernelException("argv of more than 2 MiB", Kernel.Errors.TooLong);
        var directory = SandboxInput.Bytes(command->Directory, command->DirectoryLength);
        if (!directory.IsEmpty && (directory[0] != (byte)'/' || directory.IndexOf((byte)0) != directory.Length - 1))
            throw new AbiException(SandboxStatus.Argument, "cwd must be an absolute path that ends with a NUL");
        return new LaunchCommand(arguments.ToArray(), directory.ToArray(), command->TimeoutMilliseconds, (command->Flags & FlagUnconfined) != 0,
            new ReadOnlySpan<int>(command->Descriptors, (int)command->DescriptorCount).ToArray());
    }
}
