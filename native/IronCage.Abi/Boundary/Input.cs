using System.Text;

namespace IronCage.Abi.Boundary;

/// <summary>Checks of what comes over the boundary.</summary>
internal static unsafe class Input
{
    /// <summary>The bytes of a borrowed {pointer, length}.</summary>
    public static ReadOnlySpan<byte> Bytes(byte* data, nuint length)
    {
        if (length == 0)
            return default;
        if (data is null)
            throw new AbiException(Status.Argument, "a null pointer with a length that is not 0");
        if (length > int.MaxValue)
            throw new AbiException(Status.Argument, "a length beyond 2147483647");
        return new ReadOnlySpan<byte>(data, (int)length);
    }

    /// <summary>A short text; invalid UTF-8 is an argument error.</summary>
    public static string Text(byte* data, nuint length)
    {
        try
        {
            return Strict.GetString(Bytes(data, length));
        }
        catch (DecoderFallbackException)
        {
            throw new AbiException(Status.Argument, "a text that is not valid UTF-8");
        }
    }

    /// <summary>JSON options as memory that may outlive the call.</summary>
    public static ReadOnlyMemory<byte> Json(byte* data, nuint length) => Bytes(data, length).ToArray();

    public static void NotNull(void* pointer)
    {
        if (pointer is null)
            throw new AbiException(Status.Argument, "a null out-pointer");
    }

    public static void Verdict(NativeVerdict* verdict)
    {
        NotNull(verdict);
        if (verdict->Size != (uint)sizeof(NativeVerdict))
            throw new AbiException(Status.Argument, $"verdict.size must be {sizeof(NativeVerdict)}");
        *verdict = new NativeVerdict { Size = (uint)sizeof(NativeVerdict) };
    }

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
