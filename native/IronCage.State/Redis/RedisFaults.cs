using System.Net.Sockets;
using System.Security.Authentication;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>What can go wrong with a Redis server, as messages that name it, without the password, and the next step.</summary>
internal sealed class RedisFaults(RedisStoreOptions options)
{
    /// <summary>How messages name the store.</summary>
    public string Store { get; } = $"the Redis store {options.Host}:{options.Port}/{options.Database} (ns {options.Namespace})";

    public StoreException Closed() => new($"{Store} is closed");

    public StoreException Unreachable(Exception e) => e switch
    {
        StoreException known => known,
        AuthenticationException => new StoreException(
            $"{Store} has no certificate that this machine trusts for {options.Host} ({e.Message}); add its authority to the system's, or name it with SSL_CERT_FILE", e),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
            new StoreException($"{Store} cannot be reached: there is no host {options.Host}; check the name", e),
        SocketException socket => new StoreException($"{Store} cannot be reached ({socket.SocketErrorCode}); check that the server runs and that its port is open", e),
        IOException { InnerException: SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } } => Silent(),
        IOException or ObjectDisposedException =>
            new StoreException($"the connection to {Store} was lost; check that the server runs{(options.IsEncrypted ? " and speaks TLS" : "")}", e),
        TimeoutException => Silent(),
        _ => new StoreException($"{Store} failed because of a fault in the library ({e.GetType().Name}: {e.Message})", e),
    };

    public StoreException Silent() => new($"{Store} did not answer for {options.Timeout.TotalSeconds:0.###} s; check the server and the network");

    /// <summary>An error that the server answered with.</summary>
    public StoreException Answered(string error)
    {
        var code = error.Split(' ', 2)[0];
        return new StoreException(code switch
        {
            "WRONGPASS" or "NOAUTH" => $"{Store} refused user and password; correct them in the URL",
            "NOPERM" => NotAllowed(error),
            "ERR" when error.Contains("can't run this command", StringComparison.Ordinal) => NotAllowed(error), // in a script
            "LOADING" => $"{Store} is loading its data; try again in a moment",
            "READONLY" => $"{Store} is a read-only replica; name the primary",
            "MASTERDOWN" => $"{Store} is a replica without its primary; name the primary",
            "OOM" => $"{Store} has no memory left; raise maxmemory or remove keys",
            "MISCONF" => $"{Store} cannot save its data and refuses writes; make room on its disk",
            "BUSY" => $"{Store} is busy with another client's script; end that with SCRIPT KILL",
            "WRONGTYPE" => $"{Store} has foreign keys under its name; use another ns",
            "MOVED" or "CROSSSLOT" or "CLUSTERDOWN" => $"{Store} is a cluster ({error}); name the node that has the slot of {{{options.Namespace}}}",
            _ => $"{Store} failed: {error}",
        });
    }

    private string NotAllowed(string error) => $"{Store} does not allow what is needed to {(options.User is { } user ? $"the user {user}" : "its default user")} ({error}); allow "
        + "+@read +@write +@scripting +@pubsub +@connection +time on ~ironcage:* and &ironcage:*";

    public StoreException TooOld(string version) => new($"{Store} has version {version}; Redis 6.2 or later is needed");

    public StoreException Evicts(string policy) => new(
        $"{Store} may drop budgets when its memory is full (maxmemory-policy {policy}): money would be granted twice; set it to noeviction or to a volatile one");

    public StoreException Absent() => new(
        $"{Store} does not exist on that server, and create=off: if it did before, its data is lost; restore it, or open it once with create=on to begin anew");

    public StoreException Damaged(string why) => new(
        $"{Store} is damaged: {why}. Nothing is granted, so that no money is spent twice. Find out what was spent, end all processes that use it, and then either begin anew with another "
        + $"ns, or accept what is there with: redis-cli -n {options.Database} HDEL {RedisScripts.PrefixOf(options)}meta damaged");

    public StoreException Confused(string what) => new($"{Store} gave an answer that cannot be understood ({what}); is it a Redis server?");
}
