using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IronCage.Core.Time;

namespace IronCage.State.Tests.Support;

/// <summary>A Redis server of the test's own, on loopback, in a directory of its own. Tests that need it are ignored where none is installed.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string[] _arguments;
    private Process? _process;

    /// <summary>Starts it.</summary>
    /// <param name="arguments">As on its command line. Without any it keeps nothing on disk.</param>
    public RedisServer(params string[] arguments)
    {
        _arguments = arguments;
        Port = FreePort();
        Start();
    }

    public int Port { get; }

    public string Directory => _directory.Root;

    public RedisStoreOptions Options => new() { Host = "127.0.0.1", Port = Port };

    /// <summary>Again, after <see cref="Stop"/> or <see cref="Kill"/>.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] all = ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _directory.Root, "--save", "", "--appendfsync", "no", .. _arguments];
        foreach (var argument in all)
            start.ArgumentList.Add(argument);
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Ignore("redis-server is not installed: apt-get install redis-server");
        }
        _process!.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        while (!Answers())
            Assert.That(_process.HasExited, Is.False, () => _process.StandardError.ReadToEnd());
    }

    public RedisStore Open(RedisStoreOptions? options = null, TimeProvider? clock = null) =>
        new(options ?? Options, clock ?? TimeProvider.System, new SystemIdSource(TimeProvider.System));

    /// <summary>Runs redis-cli and gives what it wrote.</summary>
    public string Cli(params string[] arguments)
    {
        var start = new ProcessStartInfo("redis-cli") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-p", Port.ToString(CultureInfo.InvariantCulture), .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.TrimEnd();
    }

    /// <summary>SHUTDOWN, with a dump where the server is configured to keep one.</summary>
    public void Stop()
    {
        Cli("shutdown");
        _process!.WaitForExit();
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGSTOP or SIGCONT: it neither answers nor closes its connections.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
            Kill();
        _process?.Dispose();
        _directory.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private bool Answers()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            Thread.Sleep(10);
            return false;
        }
    }
}
