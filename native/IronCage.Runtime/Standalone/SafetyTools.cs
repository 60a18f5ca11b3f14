using IronCage.Runtime.Scanning;

namespace IronCage.Runtime.Standalone;

/// <summary>The safety engine on its own, with everything at its default: what <c>scan</c> and <c>redact</c> give.</summary>
public static class SafetyTools
{
    /// <summary>As <see cref="TextScan.Scan"/>.</summary>
    public static byte[] Scan(Engine engine, ReadOnlySpan<byte> text) => TextScan.Scan(engine.Scanner, text);

    /// <summary>The text with every finding replaced by its stable form.</summary>
    public static byte[] Redact(Engine engine, ReadOnlySpan<byte> text) => TextScan.Redact(engine.Scanner, text);
}
