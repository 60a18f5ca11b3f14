using System.Text;
using IronCage.Core.Memory;

namespace IronCage.Runtime.Protections;

/// <summary>A kill switch that processes forked later share: thrown in one of them it stops all, and lifted in one it lets all go on. Thread-safe.</summary>
/// <remarks>Its memory is a word, the length of the reason, and the reason. The word counts changes, so that a reason that was read while another was written is not taken for either.</remarks>
internal sealed unsafe class StopSwitch
{
    /// <summary>Length of the shared memory.</summary>
    private const int Length = 4096;

    /// <summary>UTF-8 bytes of a reason that are kept.</summary>
    private const int MostReason = Length - 2 * sizeof(int);

    /// <summary>How often a reason that is being written is looked for again, for about a tenth of a second at the most.</summary>
    private const int LooksAtUnfinished = 100;

    private const int StatusMask = 3;
    private const int Writing = 1;
    private const int Thrown = 2;
    private const int SourceShift = 2;
    private const int SourceMask = 3;
    private const int Change = 16;

    private readonly SharedMemory _memory;
    private Known? _known;
    private int _unfinished; // the word under which a reason was never finished

    public StopSwitch()
        : this(new SharedMemory(Length))
    {
    }

    private StopSwitch(SharedMemory memory) => _memory = memory;

    private sealed record Known(int Word, string Reason);

    /// <summary>That of the process from which this one was forked.</summary>
    public static StopSwitch Inherit(nint address) => new(SharedMemory.Inherit(address, Length));

    public nint Address => _memory.Address;

    /// <summary>Why it was thrown; null while it was not.</summary>
    public string? Reason
    {
        get
        {
            for (var wait = new SpinWait(); ;)
            {
                var word = Volatile.Read(ref Word);
                switch (word & StatusMask)
                {
                    case 0: return null;
                    case Writing when word != Volatile.Read(ref _unfinished) && wait.Count < LooksAtUnfinished:
                        wait.SpinOnce(); // it is being written, in another thread or process
                        continue;
                    case Writing: // a process died there
                        Volatile.Write(ref _unfinished, word);
                        return "stopped";
                }
                if (Volatile.Read(ref _known) is { } known && known.Word == word)
                    return known.Reason;
                var reason = Encoding.UTF8.GetString((byte*)Address + 2 * sizeof(int), Math.Clamp(((int*)Address)[1], 0, MostReason));
                if (Volatile.Read(ref Word) != word)
                    continue;
                Volatile.Write(ref _known, new Known(word, reason));
                GC.KeepAlive(_memory);
                return reason;
            }
        }
    }

    private ref int Word => ref *(int*)Address;

    /// <summary>Throws it; false when it was thrown before. Of a reason the first 4,088 bytes of UTF-8 are kept.</summary>
    public bool Throw(string reason, StopSource by)
    {
        var word = Volatile.Read(ref Word);
        int writing;
        do
        {
            if ((word & StatusMask) != 0)
                return false;
            writing = Next(word) | ((int)by << SourceShift) | Writing;
        }
        while (!TryChange(ref word, writing));
        Encoding.UTF8.GetEncoder().Convert(reason, new Span<byte>((byte*)Address + 2 * sizeof(int), MostReason), flush: true, out _, out var length, out _);
        ((int*)Address)[1] = length;
        Interlocked.CompareExchange(ref Word, (writing & ~StatusMask) | Thrown, writing); // not if it was lifted meanwhile
        GC.KeepAlive(_memory);
        return true;
    }

    /// <summary>Lifts it.</summary>
    /// <param name="only">Only if this one threw it; null: whoever did.</param>
    /// <returns>Whether it was thrown.</returns>
    public bool Lift(StopSource? only)
    {
        var word = Volatile.Read(ref Word);
        do
        {
            if ((word & StatusMask) == 0 || (only is { } source && ((word >> SourceShift) & SourceMask) != (int)source))
                return false;
        }
        while (!TryChange(ref word, Next(word)));
        GC.KeepAlive(_memory);
        return true;
    }

    private static int Next(int word) => unchecked((word & ~(Change - 1)) + Change);

    private bool TryChange(ref int word, int to)
    {
        var found = Interlocked.CompareExchange(ref Word, to, word);
        var changed = found == word;
        word = found;
        return changed;
    }
}
