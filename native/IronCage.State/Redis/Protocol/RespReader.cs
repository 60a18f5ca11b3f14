using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace IronCage.State;

/// <summary>Reads answers of RESP3, the protocol of Redis 6. Values are a string, a long, an array (maps and sets too), null, <see cref="RespError"/> or <see cref="RespPush"/>.</summary>
internal sealed class RespReader(Stream stream)
{
    /// <summary>Longest text and array that are believed: no answer of ours comes near.</summary>
    private const int MostLength = 512 << 20;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next value.</summary>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="FormatException">That is not RESP.</exception>
    public object? Read()
    {
        var line = ReadLine();
        if (line.IsEmpty)
            throw new FormatException("an empty line");
        var rest = line[1..];
        switch ((char)line[0])
        {
            case '+' or ',' or '(':
                return Encoding.UTF8.GetString(rest);
            case '-':
                return new RespError(Encoding.UTF8.GetString(rest));
            case ':':
                return Number(rest);
            case '#':
                return rest[0] == 't' ? 1L : 0L;
            case '_':
                return null;
            case '$' or '=':
                return Number(rest) is >= 0 and var length ? ReadText(length) : null;
            case '!':
                return new RespError(ReadText(Number(rest)));
            case '*' or '~':
                return Number(rest) is >= 0 and var count ? ReadItems(count) : null;
            case '%':
                return ReadItems(2 * Number(rest));
            case '>':
                return new RespPush(ReadItems(Number(rest)));
            default:
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"a value that begins with byte {line[0]}"));
        }
    }

    private static long Number(ReadOnlySpan<byte> digits)
    {
        if (!Utf8Parser.TryParse(digits, out long value, out var used) || used != digits.Length)
            throw new FormatException("a number that is none");
        return value;
    }

    private object?[] ReadItems(long count)
    {
        if (count is < 0 or > MostLength / 16)
            throw new FormatException("an array of that length");
        var items = new object?[count];
        for (var i = 0; i < items.Length; i++)
            items[i] = Read();
        return items;
    }

    private string ReadText(long length)
    {
        if (length is < 0 or > MostLength)
            throw new FormatException("a text of that length");
        var whole = (int)length + 2;
        while (_end - _start < whole)
            Fill(whole);
        var text = Encoding.UTF8.GetString(_buffer, _start, (int)length);
        _start += whole;
        return text;
    }

    private ReadOnlySpan<byte> ReadLine()
    {
        var looked = 0;
        while (true)
        {
            var at = _buffer.AsSpan(_start + looked, _end - _start - looked).IndexOf("\r\n"u8);
            if (at >= 0)
            {
                var line = _buffer.AsSpan(_start, looked + at);
                _start += looked + at + 2;
                return line;
            }
            looked = Math.Max(0, _end - _start - 1);
            if (looked > 64 * 1024)
                throw new FormatException("a line without an end");
            Fill(_end - _start + 1);
        }
    }

    /// <summary>Reads more; there is room for <paramref name="needed"/> bytes afterwards.</summary>
    private void Fill(int needed)
    {
        if (_start == _end)
            _start = _end = 0;
        if (_buffer.Length - _start < needed || _end == _buffer.Length)
        {
            var target = _buffer.Length >= needed && _start > 0 ? _buffer : new byte[Math.Max(needed, 2 * _buffer.Length)];
            Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
            (_buffer, _end, _start) = (target, _end - _start, 0);
        }
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        if (read == 0)
            throw new IOException("the server closed the connection");
        _end += read;
    }
}
