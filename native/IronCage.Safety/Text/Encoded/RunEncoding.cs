using System.Buffers;

namespace IronCage.Safety.Text.Encoded;

/// <summary>A way to write bytes with letters, digits and a few signs.</summary>
internal abstract class RunEncoding
{
    public static readonly RunEncoding Base64 = new Base64Encoding();
    public static readonly RunEncoding Hex = new HexEncoding();

    /// <summary>What a run consists of, padding apart.</summary>
    public abstract SearchValues<byte> Alphabet { get; }

    /// <summary>How many bytes of a run stand for whole bytes of their own.</summary>
    public abstract int Unit { get; }

    /// <summary>How many bytes a run of this length stands for.</summary>
    public abstract int Decoded(int length);

    /// <summary>Whether text, as UTF-8, may begin with what this byte begins with.</summary>
    public abstract bool MayBegin(byte first);

    /// <summary>Whether a whole run may have this length, padding apart.</summary>
    public abstract bool IsLength(int length);

    /// <summary>Decodes a run of <see cref="Alphabet"/>; bits that make no byte are dropped.</summary>
    /// <returns>How many bytes were written.</returns>
    public abstract int Decode(ReadOnlySpan<byte> run, Span<byte> bytes);

    private sealed class Base64Encoding : RunEncoding
    {
        private static readonly byte[] Values = Fill();

        public override SearchValues<byte> Alphabet { get; } = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"u8);

        public override int Unit => 4;

        public override int Decoded(int length) => length * 3 / 4;

        /// <summary>The first six bits of a tab or line break, of a printable character, or of the first byte of a longer one.</summary>
        public override bool MayBegin(byte first) => first is (byte)'C' or (byte)'D' or (>= (byte)'I' and <= (byte)'Z') or (>= (byte)'a' and <= (byte)'f') or (>= (byte)'w' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9');

        public override bool IsLength(int length) => (length & 3) != 1;

        public override int Decode(ReadOnlySpan<byte> run, Span<byte> bytes)
        {
            int count = 0;
            uint bits = 0;
            int i = 0;
            for (; i + 4 <= run.Length; i += 4)
            {
                bits = (uint)(Values[run[i]] << 18 | Values[run[i + 1]] << 12 | Values[run[i + 2]] << 6 | Values[run[i + 3]]);
                bytes[count++] = (byte)(bits >> 16);
                bytes[count++] = (byte)(bits >> 8);
                bytes[count++] = (byte)bits;
            }

            int left = run.Length - i;
            if (left < 2)
                return count;
            bits = (uint)(Values[run[i]] << 18 | Values[run[i + 1]] << 12 | (left == 3 ? Values[run[i + 2]] << 6 : 0));
            bytes[count++] = (byte)(bits >> 16);
            if (left == 3)
                bytes[count++] = (byte)(bits >> 8);
            return count;
        }

        private static byte[] Fill()
        {
            var values = new byte[256];
            byte value = 0;
            foreach (byte b in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8)
                values[b] = value++;
            values['-'] = values['+'];
            values['_'] = values['/'];
            return values;
        }
    }

    private sealed class HexEncoding : RunEncoding
    {
        public override SearchValues<byte> Alphabet { get; } = SearchValues.Create("0123456789abcdefABCDEF"u8);

        public override int Unit => 2;

        public override int Decoded(int length) => length / 2;

        public override bool MayBegin(byte first) => first is (>= (byte)'2' and <= (byte)'7') or (byte)'0' or (byte)'c' or (byte)'C' or (byte)'d' or (byte)'D' or (byte)'e' or (byte)'E';

        public override bool IsLength(int length) => (length & 1) == 0;

        public override int Decode(ReadOnlySpan<byte> run, Span<byte> bytes)
        {
            int count = 0;
            for (int i = 0; i + 2 <= run.Length; i += 2)
                bytes[count++] = (byte)(ByteClass.HexValue(run[i]) << 4 | ByteClass.HexValue(run[i + 1]));
            return count;
        }
    }
}
