using System.Buffers.Binary;
using System.Runtime.InteropServices;
using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Spawning;

/// <summary>Messages with descriptors over a UNIX socket (unix(7), SCM_RIGHTS).</summary>
internal static unsafe class SocketMessages
{
    /// <summary>The most descriptors of one message.</summary>
    public const int MostDescriptors = 16;

    private const int Family = 1, SequencedPackets = 5, Stream = 1, CloseOnExec = 0x80000;
    private const int SocketLevel = 1, Rights = 1, NoSignal = 0x4000, ReceiveCloseOnExec = 0x40000000;
    private const int ControlHead = 16;

    /// <summary>A pair of connected sockets, closed on exec.</summary>
    public static (int Left, int Right) Pair(bool packets)
    {
        var pair = stackalloc int[2];
        if (Libc.SocketPair(Family, (packets ? SequencedPackets : Stream) | CloseOnExec, 0, pair) < 0)
            throw new KernelException("socketpair", Libc.Errno);
        return (pair[0], pair[1]);
    }

    /// <summary>Sends bytes with descriptors. errno, 0 when done.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors)
    {
        var control = stackalloc byte[ControlHead + 4 * MostDescriptors];
        fixed (byte* data = bytes)
        {
            var vector = new IoVector { Base = data, Length = (nuint)bytes.Length };
            var header = new MessageHeader { Vectors = &vector, VectorCount = 1 };
            if (!descriptors.IsEmpty)
            {
                var length = ControlHead + 4 * descriptors.Length;
                *(nuint*)control = (nuint)length;
                *(int*)(control + 8) = SocketLevel;
                *(int*)(control + 12) = Rights;
                MemoryMarshal.AsBytes(descriptors).CopyTo(new Span<byte>(control + ControlHead, 4 * descriptors.Length));
                header.Control = control;
                header.ControlLength = (nuint)((length + 7) & ~7);
            }
            while (true)
            {
                if (Libc.SendMessage(socket, &header, NoSignal) >= 0)
                    return 0;
                if (Libc.Errno != Errors.Interrupted)
                    return Libc.Errno;
            }
        }
    }

    /// <summary>Receives bytes with descriptors: their numbers, 0 bytes at the end. Negative: minus errno.</summary>
    public static (int Bytes, int Descriptors) Receive(int socket, Span<byte> into, Span<int> descriptors)
    {
        var control = stackalloc byte[ControlHead + 4 * MostDescriptors];
        fixed (byte* data = into)
        {
            var vector = new IoVector { Base = data, Length = (nuint)into.Length };
            var header = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlHead + 4 * MostDescriptors };
            var received = Libc.ReceiveMessage(socket, &header, ReceiveCloseOnExec);
            if (received < 0)
                return (-Libc.Errno, 0);
            var count = 0;
            if (header.ControlLength >= ControlHead && *(int*)(control + 8) == SocketLevel && *(int*)(control + 12) == Rights)
            {
                var sent = new ReadOnlySpan<int>(control + ControlHead, (int)(*(nuint*)control - ControlHead) / 4);
                foreach (var descriptor in sent)
                {
                    if (count < descriptors.Length)
                        descriptors[count++] = descriptor;
                    else
                        _ = Libc.Close(descriptor);
                }
            }
            return ((int)received, count);
        }
    }

    /// <summary>Writes all of it. errno, 0 when done.</summary>
    public static int WriteAll(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            nuint done = 0;
            while (done < (nuint)bytes.Length)
            {
                var written = Libc.Send(socket, data + done, (nuint)bytes.Length - done, NoSignal);
                if (written >= 0)
                    done += (nuint)written;
                else if (Libc.Errno != Errors.Interrupted)
                    return Libc.Errno;
            }
            return 0;
        }
    }

    /// <summary>Reads as many bytes as asked for. False at the end or after an error.</summary>
    public static bool ReadAll(int socket, Span<byte> into)
    {
        fixed (byte* data = into)
        {
            nuint done = 0;
            while (done < (nuint)into.Length)
            {
                var read = Libc.Receive(socket, data + done, (nuint)into.Length - done, 0);
                if (read > 0)
                    done += (nuint)read;
                else if (read == 0 || Libc.Errno != Errors.Interrupted)
                    return false;
            }
            return true;
        }
    }

    /// <summary>Writes a kind and bytes with their length before them.</summary>
    public static int WriteFrame(int socket, byte kind, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
        frame[4] = kind;
        payload.CopyTo(frame.AsSpan(5));
        return WriteAll(socket, frame);
    }
}
