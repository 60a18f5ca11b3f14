using System.Buffers;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>One connection to a server, ready for use: authenticated, in its database, with the scripts loaded, and listening for what is published.</summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly RespReader _reader;

    private RedisConnection(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
        _reader = new RespReader(stream);
    }

    /// <summary>Names the script of batches to the server.</summary>
    public string BatchSha { get; private set; } = "";

    /// <summary>Names the script of the report to the server.</summary>
    public string SpendSha { get; private set; } = "";

    /// <summary>Connects. Blocks for at most a few times the timeout.</summary>
    /// <exception cref="StoreException">The server refused.</exception>
    /// <exception cref="Exception">Of sockets and TLS: it could not be reached.</exception>
    public static RedisConnection Open(RedisStoreOptions options, RedisFaults faults)
    {
        var milliseconds = (int)options.Timeout.TotalMilliseconds;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = milliseconds, ReceiveTimeout = milliseconds };
        try
        {
            using (var limit = new CancellationTokenSource(options.Timeout))
            {
                try
                {
                    socket.ConnectAsync(options.Host, options.Port, limit.Token).AsTask().GetAwaiter().GetResult();
                }
                catch (OperationCanceledException)
                {
                    throw faults.Silent();
                }
            }
            Stream stream = new NetworkStream(socket);
            if (options.IsEncrypted)
            {
                var secure = new SslStream(stream);
                stream = secure;
                secure.AuthenticateAsClient(options.Host);
            }
            var connection = new RedisConnection(socket, stream);
            connection.Greet(options, faults);
            socket.ReceiveTimeout = 0; // from here on it waits for what is published; who is asked too long is told by the ledger's clock
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The next value.</summary>
    public object? Read() => _reader.Read();

    /// <summary>Sends.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <summary>Ends it at once, also for who reads.</summary>
    public void Dispose()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both); // wakes who reads; closing alone does not everywhere
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }
        _socket.Dispose();
    }

    private void Greet(RedisStoreOptions options, RedisFaults faults)
    {
        string[] hello = options.Password is { } password ? ["3", "AUTH", options.User ?? "default", password] : ["3"];
        if (Ask("HELLO", hello) is RespError refused)
        {
            throw refused.Text.StartsWith("NOPROTO", StringComparison.Ordinal) || refused.Text.StartsWith("ERR unknown command", StringComparison.Ordinal)
                ? faults.TooOld("below 6")
                : faults.Answered(refused.Text);
        }
        if (options.Database != 0)
            AskOrThrow(faults, "SELECT", options.Database.ToString(CultureInfo.InvariantCulture));
        // An ACL may forbid it; then nobody can tell.
        if (Ask("INFO") is string info)
            Check(info, faults);
        BatchSha = (string)AskOrThrow(faults, "SCRIPT", "LOAD", RedisScripts.Batch);
        SpendSha = (string)AskOrThrow(faults, "SCRIPT", "LOAD", RedisScripts.Spend);
        AskOrThrow(faults, "SUBSCRIBE", RedisScripts.PrefixOf(options) + "wake");
    }

    private static void Check(string info, RedisFaults faults)
    {
        if (Field(info, "redis_version:") is { } text && Version.TryParse(text, out var version) && version < new Version(6, 2))
            throw faults.TooOld(text);
        if (Field(info, "maxmemory_policy:") is { } policy && policy.StartsWith("allkeys", StringComparison.Ordinal) && Field(info, "maxmemory:") != "0")
            throw faults.Evicts(policy);
    }

    private static string? Field(string info, string name)
    {
        var at = info.IndexOf("\n" + name, StringComparison.Ordinal);
        if (at < 0)
            return null;
        at += name.Length + 1;
        return info[at..info.IndexOf('\r', at)];
    }

    private object AskOrThrow(RedisFaults faults, string command, params string[] arguments) => Ask(command, arguments) switch
    {
        RespError error => throw faults.Answered(error.Text),
        null => throw faults.Confused("nothing"),
        var value => value,
    };

    private object? Ask(string command, params string[] arguments)
    {
        var output = new ArrayBufferWriter<byte>();
        RespWriter.Write(output, command, arguments);
        Write(output.WrittenSpan);
        return Read();
    }
}
