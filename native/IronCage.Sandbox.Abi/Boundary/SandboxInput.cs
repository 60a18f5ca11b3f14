using System.Text;
using IronCage.Abi.Boundary;

namespace IronCage.Sandbox.Abi.Boundary;

/// <summary>Checks of what comes over the boundary.</summary>
internal static unsafe class SandboxInput
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a borrowed {pointer, length}.</summary>
    public static ReadOnlySpan<byte> Bytes(byte* data, nuint length)
    {
        if (length == 0)
            return default;
        if (data is null)
            throw new AbiException(SandboxStatus.Argument, "a null pointer with a length that is not 0");
        if (length > int.MaxValue)
            throw new AbiException(SandboxStatus.Argument, "a length beyond 2147483647");
        return new ReadOnlySpan<byte>(data, (int)length);
    }

    /// <summary>A short text; invalid UTF-8 is an argument error.</summary>
    public static string Text(byte* data, nuint length)
    {
        try
        {
            return s_strict.GetString(Bytes(data, length));
        }
        catch (DecoderFallbackException)
        {
            throw new AbiException(SandboxStatus.Argument, "a text that is not valid UTF-8");
        }
    }

    public static void NotNull(void* pointer)
    {
        if (pointer is null)
            throw new AbiException(SandboxStatus.Argument, "a null out-pointer");
    }
}
