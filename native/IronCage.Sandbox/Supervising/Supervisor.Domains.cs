using System.Buffers.Binary;
using System.Net;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Proxying;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>Connections of trees that may reach names: made by the supervisor, to the proxy and to nothing else.</summary>
internal sealed unsafe partial class Supervisor
{
    private const int InternetFamily = 2, InternetFamily6 = 10;

    private static NotificationReply ConnectProxy(Tree tree, FilterRule rule, in Notification notification)
    {
        if (tree.Proxy is not { } proxy)
            return NotificationReply.Fail(Errors.AccessDenied);
        // Read once: what is judged is what is used, whatever the caller's memory becomes.
        Span<byte> address = stackalloc byte[28];
        address = address[..(int)Math.Min((ulong)address.Length, notification.Call.Arguments[2] & int.MaxValue)];
        if (address.Length < 2 || !CallerMemory.TryRead(notification.Pid, notification.Call.Arguments[1], address))
            return NotificationReply.Fail(Errors.Invalid);
        if (!ProxyDoor.IsMeant(address))
        {
            tree.Denials.Add(new Denial("connect", Address(address), rule.Option ?? ""));
            return NotificationReply.Fail(Errors.AccessDenied);
        }
        var pid = (int)Libc.Syscall(SystemCalls.PidFdOpen, ThreadGroup.Of(notification.Pid), 0);
        var socket = pid < 0 ? -1 : (int)Libc.Syscall(PidFdGetFd, pid, (nint)(int)notification.Call.Arguments[0], 0);
        try
        {
            if (socket < 0)
                return NotificationReply.Fail(Errors.NotPermitted);
            var errno = ProxyDoor.Connect(socket, out var client);
            if (errno != 0)
                return NotificationReply.Fail(errno);
            if (proxy.TryServe(client!))
                return NotificationReply.Done();
            client!.Dispose();
            tree.Denials.Add(new Denial("connect", $"more than {DomainProxy.MostConnections} connections to the proxy", ""));
            return NotificationReply.Fail(Errors.Refused);
        }
        finally
        {
            if (socket >= 0)
                _ = Libc.Close(socket);
            if (pid >= 0)
                _ = Libc.Close(pid);
        }
    }

    private static string Address(ReadOnlySpan<byte> address)
    {
        var family = BinaryPrimitives.ReadUInt16LittleEndian(address);
        if (family == InternetFamily && address.Length >= 8)
            return new IPEndPoint(new IPAddress(address[4..8]), BinaryPrimitives.ReadUInt16BigEndian(address[2..])).ToString();
        if (family == InternetFamily6 && address.Length >= 24)
            return new IPEndPoint(new IPAddress(address[8..24]), BinaryPrimitives.ReadUInt16BigEndian(address[2..])).ToString();
        return $"family {family}";
    }
}
