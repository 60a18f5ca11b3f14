using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace IronCage.Sandbox.Proxying;

/// <summary>Reads what a client sends: a head, then exactly its body, then, for tunnels, the rest.</summary>
internal sealed class ProxyReader(Socket client)
{
    /// <summary>The most that a head may have, in bytes.</summary>
    private const int LongestHead = 32 << 10;

    private const int LongestLine = 128;

    private readonly byte[] _buffer = new byte[LongestHead];
    private int _start;
    private int _end;

    /// <summary>A head with its empty line; null when the client says nothing more.</summary>
    /// <exception cref="ProxyRefusalException">It is too long, or ends in the middle.</exception>
    public async Task<byte[]?> HeadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return Take(end + 4);
            if (_end == _buffer.Length)
                throw new ProxyRefusalException(431, "the head of the request is longer than 32 KiB", "");
            if (!await FillAsync(cancellation))
                return _end == _start ? null : throw new ProxyRefusalException(400, "the head of the request ends in the middle", "");
        }
    }

    /// <summary>Hands on a body of so many bytes.</summary>
    public async Task CopyAsync(long length, Func<ReadOnlyMemory<byte>, Task> write, CancellationToken cancellation)
    {
        while (length > 0)
        {
            if (_start == _end && !await FillAsync(cancellation))
                throw new EndOfStreamException();
            var part = (int)Math.Min(length, _end - _start);
            await write(_buffer.AsMemory(_start, part));
            _start += part;
            length -= part;
        }
    }

    /// <summary>Hands on a body in chunks (RFC 9112, 7.1), each written anew; extensions and trailers are dropped.</summary>
    /// <exception cref="ProxyRefusalException">It is not well formed.</exception>
    public async Task CopyChunksAsync(Func<ReadOnlyMemory<byte>, Task> write, CancellationToken cancellation)
    {
        while (true)
        {
            var line = await LineAsync(cancellation);
            var size = line.Split(';')[0].Trim(' ', '\t');
            if (size.Length is 0 or > 15 || !long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length))
                throw new ProxyRefusalException(400, "a chunk of the body has no size", "");
            if (length == 0)
                break;
            await write(Encoding.ASCII.GetBytes(length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
            await CopyAsync(length, write, cancellation);
            if ((await LineAsync(cancellation)).Length != 0)
                throw new ProxyRefusalException(400, "a chunk of the body is longer than its size", "");
            await write("\r\n"u8.ToArray());
        }
        for (var trailers = 0; (await LineAsync(cancellation)).Length != 0; trailers++)
        {
            if (trailers == 64)
                throw new ProxyRefusalException(400, "the body has too many trailers", "");
        }
        await write("0\r\n\r\n"u8.ToArray());
    }

    /// <summary>What has come and was not taken yet, then what comes; empty at the end.</summary>
    public async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellation)
    {
        if (_start == _end && !await FillAsync(cancellation))
            return default;
        var part = _buffer.AsMemory(_start, _end - _start);
        _start = _end;
        return part;
    }

    private async Task<string> LineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (end > 0 && _buffer[_start + end - 1] == '\r' && end <= LongestLine)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, end - 1);
                _start += end + 1;
                return line;
            }
            if (end >= 0 || _end - _start > LongestLine)
                throw new ProxyRefusalException(400, "a line of the body is too long or has no CR LF", "");
            if (!await FillAsync(cancellation))
                throw new EndOfStreamException();
        }
    }

    private byte[] Take(int count)
    {
        var taken = _buffer.AsSpan(_start, count).ToArray();
        _start += count;
        return taken;
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start == _end)
            _start = _end = 0;
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        var read = await client.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellation);
        _end += read;
        return read > 0;
    }
}
