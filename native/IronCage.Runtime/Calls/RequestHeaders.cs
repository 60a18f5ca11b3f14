using System.Buffers.Text;
using System.Text;

namespace IronCage.Runtime.Calls;

/// <summary>The few headers that matter, out of <c>Name: value</c> lines.</summary>
internal readonly ref struct RequestHeaders(ReadOnlySpan<byte> lines)
{
    private readonly ReadOnlySpan<byte> _lines = lines;

    /// <summary>The trimmed value of the first header of that name (lower case); empty when absent.</summary>
    public ReadOnlySpan<byte> this[ReadOnlySpan<byte> name]
    {
        get
        {
            var rest = _lines;
            while (rest.Length > 0)
            {
                var end = rest.IndexOf((byte)'\n');
                var line = end < 0 ? rest : rest[..end];
                rest = end < 0 ? default : rest[(end + 1)..];
                if (line.Length > name.Length && line[name.Length] == (byte)':' && Ascii.EqualsIgnoreCase(line[..name.Length], name))
                    return line[(name.Length + 1)..].Trim(" \t\r"u8);
            }
            return default;
        }
    }

    /// <summary>The same as a text; empty when absent.</summary>
    public string this[string name] => Encoding.ASCII.GetString(this[Encoding.ASCII.GetBytes(name)]);

    /// <summary>The body has an encoding that hides its text.</summary>
    public bool IsEncoded => this["content-encoding"u8] is { Length: > 0 } encoding && !Ascii.EqualsIgnoreCase(encoding, "identity"u8);

    /// <summary>It carries a signature of AWS's that covers the body.</summary>
    public bool IsSigned => this["authorization"u8].StartsWith("AWS4-"u8);

    /// <summary>How many retries an SDK says that this one makes; 0: it is none, or nobody says.</summary>
    public int Retries => Utf8Parser.TryParse(this["x-stainless-retry-count"u8], out int count, out _) && count > 0 ? Math.Min(count, 1000) : 0;

    /// <summary>All of them.</summary>
    public ReadOnlySpan<byte> Lines => _lines;
}
