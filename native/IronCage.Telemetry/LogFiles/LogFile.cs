using System.Buffers;
using IronCage.Core.Events;

namespace IronCage.Telemetry;

/// <summary>
/// A log of events as lines of JSON, written by a thread of its own. Whoever has an event to tell puts it into a queue and goes on: nothing of the file is ever touched on his thread, and nothing that
/// happens to the file reaches him. There is one for each path in a process, for as long as the process lives: two would not exclude each other. Thread-safe.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "It lives as long as the process.")]
public sealed class LogFile
{
    /// <summary>Events that wait at most; what comes then is dropped, and counted: 8,192.</summary>
    public const int Capacity = 8_192;

    /// <summary>What is written at once: below the smallest <see cref="LogFileOptions.MaximumBytes"/>.</summary>
    private const int BatchBytes = 64 * 1024;

    /// <summary>Events that the thread takes from the queue at a time: so short is it held.</summary>
    private const int AtOnce = 256;

    /// <summary>How long the thread lets events gather, in milliseconds.</summary>
    private const int Gather = 10;

    private const int FirstPause = 100;
    private const int LongestPause = 5_000;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, LogFile> Open = new(StringComparer.Ordinal);

    private readonly Lock _gate = new();
    private readonly Queue<(RuntimeEvent Event, string Agent)> _queue = new();
    private readonly Queue<(RuntimeEvent Event, string Agent)> _next = new(); // of the thread alone
    private readonly List<(long UpTo, TaskCompletionSource Done)> _flushes = [];
    private readonly ManualResetEventSlim _wake = new(false);
    private readonly ManualResetEventSlim _hurry = new(false); // somebody waits for a flush
    private readonly ArrayBufferWriter<byte> _batch = new(BatchBytes);
    private readonly TimeProvider _clock;
    private readonly AppendedFile _file;
    private bool _isAwake;
    private long _taken;
    private long _given;
    private long _dropped;
    private long _toldDropped;
    private volatile bool _fails;

    private LogFile(string path, TimeProvider clock)
    {
        _clock = clock;
        _file = new AppendedFile(path);
    }

    /// <summary>Told once when the file cannot be written any more, and once more after each time that it could be: one readable line. On the log's own thread.</summary>
    public event Action<string>? Failed;

    /// <summary>Events that were dropped because <see cref="Capacity"/> of them waited; never falls.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The log at a path; what its options say of sizes holds from now on, whoever opened it before.</summary>
    /// <param name="options">The options.</param>
    /// <param name="clock">Dates what the log says of itself.</param>
    /// <param name="check">Whether the file is to be opened now, to see that it can be.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public static LogFile At(LogFileOptions options, TimeProvider clock, bool check)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        options.Validate();
        var path = Path.GetFullPath(options.Path);
        if (File.Exists(path))
            path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        LogFile? log;
        lock (Gate)
        {
            if (!Open.TryGetValue(path, out log))
            {
                log = new LogFile(path, clock);
                if (check)
                    log._file.Append(default); // its thread does not run yet: two would not exclude each other
                Open[path] = log;
                new Thread(log.WriteAll) { IsBackground = true, Name = "ironcage-log" }.Start();
            }
            else if (check && log._fails)
            {
                throw new IOException($"'{path}' is open, and cannot be written at the moment");
            }
        }
        (log._file.MaximumBytes, log._file.Backups) = (options.MaximumBytes, options.Backups);
        return log;
    }

    /// <summary>Everything that was told until now, to all logs, is written when the task completes; or it was tried, and cannot be.</summary>
    public static Task FlushAsync()
    {
        lock (Gate)
            return Open.Count == 0 ? Task.CompletedTask : Task.WhenAll(Open.Values.Select(log => log.Flush()));
    }

    /// <summary>Has an event written. Never waits, never throws.</summary>
    /// <param name="e">The event.</param>
    /// <param name="agent">Whose it is.</param>
    public void Write(RuntimeEvent e, string agent)
    {
        lock (_gate)
        {
            if (_queue.Count >= Capacity)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }
            _queue.Enqueue((e, agent));
            _given++;
            if (_isAwake)
                return;
            _isAwake = true;
        }
        _wake.Set();
    }

    private Task Flush()
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _flushes.Add((_given, done));
            _isAwake = true;
            _hurry.Set();
        }
        _wake.Set();
        return done.Task;
    }

    private void WriteAll()
    {
        var pause = FirstPause;
        while (true)
        {
            if (_fails)
                _wake.Wait(pause);
            else
                _wake.Wait();
            _hurry.Wait(Gather);
            while (Take())
            {
                if (TryAppend())
                {
                    pause = FirstPause;
                    continue;
                }
                pause = Math.Min(2 * pause, LongestPause);
                break;
            }
            Tried();
        }
    }

    /// <summary>Fills the batch; false when there is nothing to write. What could not be written the last time is still in it.</summary>
    private bool Take()
    {
        if (_batch.WrittenCount > 0)
            return true;
        if (_next.Count == 0)
        {
            lock (_gate)
            {
                while (_next.Count < AtOnce && _queue.TryDequeue(out var next))
                    _next.Enqueue(next);
                if (_next.Count == 0 && _flushes.Count == 0)
                {
                    _isAwake = false;
                    _wake.Reset();
                }
            }
        }
        while (_batch.WrittenCount < BatchBytes && _next.TryDequeue(out var next))
        {
            LogLine.Write(_batch, next.Event, next.Agent);
            _taken++;
        }
        TellDropped();
        return _batch.WrittenCount > 0;
    }

    private void TellDropped()
    {
        var dropped = Dropped;
        if (dropped == _toldDropped || _batch.WrittenCount == 0)
            return;
        var count = dropped - _toldDropped;
        LogLine.Write(_batch, new RuntimeEvent("log.dropped", EventLevel.Warning, _clock.GetUtcNow(), 0, $"{count} events were dropped: they came faster than they could be written", $$"""{"count":{{count}}}"""), "");
        _toldDropped = dropped;
    }

    private bool TryAppend()
    {
        try
        {
            _file.Append(_batch.WrittenSpan);
        }
#pragma warning disable CA1031 // whatever the file system does: it must not reach the host, and the thread must go on
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!_fails)
                Failed?.Invoke($"the log file {_file.Path} cannot be written ({e.Message}); it is tried again, and until then up to {Capacity} events wait");
            _fails = true;
            return false;
        }
        _batch.ResetWrittenCount();
        _fails = false;
        return true;
    }

    /// <summary>Tells those who wait that everything until now is written, or cannot be.</summary>
    private void Tried()
    {
        lock (_gate)
        {
            _flushes.RemoveAll(flush => (_fails || flush.UpTo <= _taken) && flush.Done.TrySetResult());
            if (_flushes.Count == 0)
                _hurry.Reset();
            if (!_fails && (_queue.Count > 0 || _flushes.Count > 0))
                return;
            _isAwake = _fails; // it looks by itself while the file fails
            _wake.Reset();
        }
    }
}
