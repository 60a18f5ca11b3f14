using System.Buffers;
using IronCage.Runtime.Scanning;

namespace IronCage.Runtime.Standalone;

/// <summary>The safety engine on its own, with everything at its default: what <c>scan</c> and <c>redact</c> give.</summary>
public static class SafetyTools
{
    /// <summary>As <see cref="TextScan.Scan"/>.</summary>
    public static void Scan(IBufferWriter<byte> output, Engine engine, ReadOnlySpan<byte> text) => TextScan.Scan(output, Checked(engine).Scanner, text);

    /// <summary>As <see cref="TextScan.Redact"/>.</summary>
    public static void Redact(IBufferWriter<byte> output, Engine engine, ReadOnlySpan<byte> text) => TextScan.Redact(output, Checked(engine).Scanner, text);

    private static Engine Checked(Engine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return engine;
    }
}
