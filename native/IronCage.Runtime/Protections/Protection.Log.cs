using IronCage.Core.Events;
using IronCage.Telemetry;

namespace IronCage.Runtime.Protections;

/// <summary>The log file of its events.</summary>
public sealed partial class Protection
{
    private readonly LogFile? _log;

    /// <summary>Whether somebody is told of each call, and not of the special ones alone.</summary>
    internal bool TellsCalls => WantsEvents || (_log is not null && Options.Log!.Level <= EventLevel.Debug);

    private LogFile OpenLog(LogFileOptions options, bool check)
    {
        LogFile log;
        try
        {
            log = LogFile.At(options, _engine.Clock, check);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ConfigException("log[file]", $"cannot be written: {e.Message}");
        }
        log.Failed += OnLogFailed;
        return log;
    }

    private void Log(RuntimeEvent e)
    {
        if (_log is not null && e.Level >= Options.Log!.Level)
            _log.Write(e, Options.AgentId);
    }

    private void OnLogFailed(string problem) => Warn("log.failed", problem, null);
}
