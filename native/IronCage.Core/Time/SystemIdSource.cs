using IronCage.Core.Entropy;

namespace IronCage.Core.Time;

/// <summary>UUID version 7 from the operating system's randomness and the given clock. Thread-safe.</summary>
/// <remarks>Randomness is fetched for many ids at a time: a system call for each would be most of what a hold in memory costs.</remarks>
public sealed class SystemIdSource(TimeProvider clock) : IIdSource
{
    private const int IdLength = 16;
    private const int PoolLength = 64 * IdLength;

    private static readonly SystemRandomSource s_random = new();

    [ThreadStatic]
    private static byte[]? s_pool;

    [ThreadStatic]
    private static int s_used;

    /// <inheritdoc/>
    public Guid NewId()
    {
        var pool = s_pool;
        if (pool is null || s_used == PoolLength)
        {
            pool = s_pool ??= new byte[PoolLength];
            s_random.Fill(pool);
            s_used = 0;
        }
        Span<byte> id = stackalloc byte[IdLength];
        var random = pool.AsSpan(s_used, IdLength);
        random.CopyTo(id);
        random.Clear(); // none is given twice, and none stays
        s_used += IdLength;
        var milliseconds = clock.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++)
            id[i] = (byte)(milliseconds >> (40 - 8 * i));
        id[6] = (byte)(id[6] & 0x0F | 0x70);
        id[8] = (byte)(id[8] & 0x3F | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
