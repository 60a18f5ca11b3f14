using System.Buffers;
using System.Runtime.CompilerServices;

namespace IronCage.Cost;

/// <summary>
/// Counts the tokens that byte-pair merging makes of a piece, without merging: merging leaves the one sequence of tokens of which all neighbours can meet
/// (<see cref="Vocabulary.CanMeet"/>), so that sequence is searched for from left to right, longest tokens first. A place that is reached by a valid sequence is reached by
/// one alone; if nothing valid goes on from it, it is dead, and each place dies only once: the time is linear in the length of the piece, whatever it holds.
/// </summary>
internal static unsafe class PieceMerger
{
    private const int OnStack = 256;

    /// <summary>How many tokens a piece has that is not one itself. <paramref name="lastWord"/>: 8 bytes before the end of the text that it is in.</summary>
    [SkipLocalsInit]
    public static int Count(byte* piece, int length, byte* lastWord, Vocabulary vocabulary)
    {
        if (length > OnStack)
            return CountLong(piece, length, lastWord, vocabulary);
        uint* tokens = stackalloc uint[OnStack];
        ulong* dead = stackalloc ulong[OnStack / 64 + 1];
        new Span<ulong>(dead, length / 64 + 1).Clear();
        var search = new Search(piece, length, lastWord, vocabulary, new Span<uint>(tokens, OnStack), new Span<ulong>(dead, OnStack / 64 + 1));
        return search.Run();
    }

    private static int CountLong(byte* piece, int length, byte* lastWord, Vocabulary vocabulary)
    {
        var dead = ArrayPool<ulong>.Shared.Rent(length / 64 + 1);
        dead.AsSpan(0, length / 64 + 1).Clear();
        var search = new Search(piece, length, lastWord, vocabulary, [], dead);
        try
        {
            return search.Run();
        }
        finally
        {
            search.Dispose();
            ArrayPool<ulong>.Shared.Return(dead);
        }
    }

    private ref struct Search(byte* piece, int length, byte* lastWord, Vocabulary vocabulary, Span<uint> tokens, Span<ulong> dead)
    {
        private Span<uint> tokens = tokens;
        private readonly Span<ulong> dead = dead;
        private uint[]? pooled;

        public int Run()
        {
            int at = 0, count = 0, below = length;
            var last = Vocabulary.None;
            while (at < length)
            {
                var token = vocabulary.FindLongest(piece + at, length - at, below, lastWord);
                var size = vocabulary.LengthOf(token);
                if (!IsDead(at + size) && (last == Vocabulary.None || vocabulary.CanMeet(last, token)))
                {
                    if (count == tokens.Length)
                        Grow();
                    tokens[count++] = last = token;
                    at += size;
                    below = int.MaxValue;
                    continue;
                }
                below = size;
                while (below == 1)
                {
                    // Nothing goes on from here; the token before must be a shorter one.
                    Kill(at);
                    below = vocabulary.LengthOf(tokens[--count]);
                    at -= below;
                    last = count == 0 ? Vocabulary.None : tokens[count - 1];
                }
            }
            return count;
        }

        private readonly bool IsDead(int place) => (dead[place >> 6] >> place & 1) != 0;

        private readonly void Kill(int place) => dead[place >> 6] |= 1ul << place;

        private void Grow()
        {
            var larger = ArrayPool<uint>.Shared.Rent(Math.Max(4 * OnStack, checked(2 * tokens.Length)));
            tokens.CopyTo(larger);
            Dispose();
            tokens = pooled = larger;
        }

        /// <summary>Prompts do not linger in a shared pool, as tokens neither.</summary>
        public void Dispose()
        {
            if (pooled is not null)
                ArrayPool<uint>.Shared.Return(pooled, clearArray: true);
            pooled = null;
        }
    }
}
