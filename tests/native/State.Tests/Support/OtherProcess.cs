using System.Diagnostics;

namespace IronCage.State.Tests.Support;

/// <summary>A child process whose output a test reads. Disposing kills it.</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly Process _process;

    private OtherProcess(string program, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)>? environment = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    public static OtherProcess Worker(params string[] arguments) => WorkerWith([], arguments);

    /// <summary>With more in its environment.</summary>
    public static OtherProcess WorkerWith(IEnumerable<(string Name, string Value)> environment, params string[] arguments) =>
        new(Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : "dotnet", [typeof(Worker).Assembly.Location, .. arguments], environment);

    public static OtherProcess Python(string code, params string[] arguments) => new("/usr/bin/python3", ["-c", code, .. arguments]);

    public bool IsRunning => !_process.HasExited;

    public StreamWriter Input => _process.StandardInput;

    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits for its end, whatever it was.</summary>
    public void AwaitEnd() => _process.WaitForExit();

    /// <summary>Waits for its end and gives what it wrote.</summary>
    public string Finish()
    {
        var error = _process.StandardError.ReadToEndAsync();
        var output = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        Assert.That(_process.ExitCode, Is.Zero, error.Result);
        return output.Trim();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}
