using System.Buffers;
using System.Globalization;
using System.Text;

namespace IronCage.State;

/// <summary>Writes commands of RESP.</summary>
internal static class RespWriter
{
    /// <summary>Appends a command: its name and arguments.</summary>
    public static void Write(ArrayBufferWriter<byte> output, string name, params ReadOnlySpan<string> arguments) => Write(output, [name], arguments);

    /// <summary>Appends a command whose arguments come in two parts.</summary>
    public static void Write(ArrayBufferWriter<byte> output, ReadOnlySpan<string> first, ReadOnlySpan<string> second)
    {
        WriteCount(output, '*', first.Length + second.Length);
        foreach (var text in first)
            WriteText(output, text);
        foreach (var text in second)
            WriteText(output, text);
    }

    private static void WriteText(ArrayBufferWriter<byte> output, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        WriteCount(output, '$', length);
        var span = output.GetSpan(length + 2);
        Encoding.UTF8.GetBytes(text, span);
        "\r\n"u8.CopyTo(span[length..]);
        output.Advance(length + 2);
    }

    private static void WriteCount(ArrayBufferWriter<byte> output, char kind, int count)
    {
        var span = output.GetSpan(16);
        span[0] = (byte)kind;
        count.TryFormat(span[1..], out var digits, default, CultureInfo.InvariantCulture);
        "\r\n"u8.CopyTo(span[(digits + 1)..]);
        output.Advance(digits + 3);
    }
}
