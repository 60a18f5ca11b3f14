using System.Buffers;
using IronCage.Core.Audit;

namespace IronCage.Runtime.Standalone;

/// <summary>A form in which audit entries are exported, a line each.</summary>
internal abstract class AuditLines(IBufferWriter<byte> output)
{
    /// <summary>Bytes so far.</summary>
    public long Written { get; private set; }

    /// <summary>What stands before the first entry.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>An entry.</summary>
    public abstract void Write(AuditRecord record);

    protected void Put(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        Written += bytes.Length;
    }
}
