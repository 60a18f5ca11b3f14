using System.Buffers;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// The way to a server: one connection, on which commands are sent one behind the other without waiting, made again when it breaks. One thread connects and reads; whoever
/// has something to say writes. Thread-safe.
/// </summary>
internal sealed class RedisLink(RedisStoreOptions options, RedisFaults faults, IRedisListener listener) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(1);

    private readonly Lock _sync = new(); // guards what follows, and the order of what is written
    private readonly Queue<RedisCommand> _waiting = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ManualResetEventSlim _stop = new();
    private RedisConnection? _connection;
    private Thread? _thread;

    /// <summary>Begins to connect.</summary>
    public void Start()
    {
        _thread = new Thread(Run, maxStackSize: 512 * 1024) { IsBackground = true, Name = "ironcage-redis" };
        _thread.Start();
    }

    /// <summary>Sends a batch.</summary>
    /// <returns>False: there is no connection, and nothing was sent.</returns>
    public bool SendBatch(ReadOnlySpan<string> arguments, RedisCommand command)
    {
        lock (_sync)
            return _connection is { } connection && Send(connection, ["EVALSHA", connection.BatchSha, "0"], arguments, command);
    }

    /// <summary>Asks for the report; see <c>spend.lua</c>.</summary>
    /// <returns>False: there is no connection, and nothing was sent.</returns>
    public bool SendSpend(ReadOnlySpan<string> arguments, RedisCommand command)
    {
        lock (_sync)
            return _connection is { } connection && Send(connection, ["EVALSHA", connection.SpendSha, "0"], arguments, command);
    }

    /// <summary>Sends a command.</summary>
    /// <returns>False: there is no connection, and nothing was sent.</returns>
    public bool Send(ReadOnlySpan<string> parts, RedisCommand command)
    {
        lock (_sync)
            return _connection is { } connection && Send(connection, parts, [], command);
    }

    /// <summary>Has the server learn the scripts again: somebody made it forget them.</summary>
    public void Reload()
    {
        lock (_sync)
        {
            if (_connection is not { } connection)
                return;
            var ignored = new RedisCommand(static _ => { }, null);
            Send(connection, ["SCRIPT", "LOAD", RedisScripts.Batch], [], ignored);
            Send(connection, ["SCRIPT", "LOAD", RedisScripts.Spend], [], ignored);
        }
    }

    /// <summary>Gives the connection up, and makes another.</summary>
    public void Drop()
    {
        lock (_sync)
            _connection?.Dispose();
    }

    /// <summary>Ends the connection for good.</summary>
    public void Dispose()
    {
        _stop.Set();
        Drop();
        if (_thread is { } thread && thread != Thread.CurrentThread)
            thread.Join(TimeSpan.FromSeconds(1)); // one that is connecting leaves by itself
    }

    private bool Send(RedisConnection connection, ReadOnlySpan<string> first, ReadOnlySpan<string> second, RedisCommand command)
    {
        _output.ResetWrittenCount();
        RespWriter.Write(_output, first, second);
        try
        {
            _waiting.Enqueue(command);
            connection.Write(_output.WrittenSpan);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            connection.Dispose(); // whoever reads tells everybody who waits
        }
        return true;
    }

    private void Run()
    {
        var pause = FirstPause;
        while (!_stop.IsSet)
        {
            Exception? failure = null;
            try
            {
                using var connection = RedisConnection.Open(options, faults);
                lock (_sync)
                    _connection = _stop.IsSet ? null : connection;
                pause = FirstPause;
                listener.Connected();
                while (!_stop.IsSet)
                    Take(connection.Read());
            }
            catch (Exception e)
            {
                failure = e;
            }
            if (_stop.IsSet)
                failure = faults.Closed();
            Lose(faults.Unreachable(failure ?? new IOException()));
            _stop.Wait(pause);
            pause = TimeSpan.FromTicks(Math.Min(LastPause.Ticks, 2 * pause.Ticks));
        }
    }

    private void Take(object? value)
    {
        if (value is RespPush push)
        {
            if (push.Items is ["message", _, string text])
                listener.Published(text);
            return;
        }
        RedisCommand? command;
        lock (_sync)
            _waiting.TryDequeue(out command);
        if (command is null)
            throw faults.Confused("an answer that nobody asked for");
        command.Answered(value);
    }

    private void Lose(StoreException why)
    {
        RedisCommand[] lost;
        lock (_sync)
        {
            _connection = null;
            lost = [.. _waiting];
            _waiting.Clear();
        }
        foreach (var command in lost)
            command.Lost?.Invoke(why);
        listener.Disconnected(why);
    }
}
