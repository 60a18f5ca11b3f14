using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Landlock;

/// <summary>Makes a domain of grants: everything that the kernel can handle is handled, and each path gets one rule.</summary>
internal static class DomainCompiler
{
    /// <summary>The number of CAP_AUDIT_READ.</summary>
    private const int AuditRead = 37;

    public static LandlockDomain Compile(ImmutableArray<GrantedPath> grants, NetworkPolicy network, KernelSupport kernel)
    {
        var net = HandledNet(network, kernel.LandlockNet);
        return new LandlockDomain
        {
            Abi = kernel.LandlockAbi,
            HandledFs = kernel.LandlockFs,
            HandledNet = net,
            Scoped = kernel.LandlockScopes,
            // Records of denials help only who may read them; for others they would fill the kernel's log.
            RestrictFlags = (kernel.EffectiveCapabilities >> AuditRead & 1) == 1 ? kernel.LandlockRestrictFlags & RestrictFlags.LogNewExecOn : RestrictFlags.None,
            PathRules = Rules(grants, kernel.LandlockFs),
            PortRules = Ports(network, net),
        };
    }

    /// <summary>A right that is granted on every port is not handled, as no rule says "any port".</summary>
    private static NetRights HandledNet(NetworkPolicy network, NetRights kernel)
    {
        var open = NetRights.None;
        if (network.Connect.Any)
            open |= NetRights.ConnectTcp;
        if (network.Bind.Any)
            open |= NetRights.BindTcp;
        if (network.Udp.Any)
            open |= NetRights.ConnectSendUdp;
        // A client of UDP binds to a port of the kernel's choice (0), which a rule of single ports would deny.
        if (!network.Udp.IsEmpty)
            open |= NetRights.BindUdp;
        return kernel & ~open;
    }

    private static ImmutableArray<PortRule> Ports(NetworkPolicy network, NetRights handled)
    {
        var rules = new SortedDictionary<ushort, NetRights>();
        Add(network.Connect, NetRights.ConnectTcp);
        Add(network.Bind, NetRights.BindTcp);
        Add(network.Udp, NetRights.ConnectSendUdp);
        if (network.Dns)
            Add(PortSet.Of(53), NetRights.ConnectTcp);
        return [.. rules.Select(rule => new PortRule(rule.Key, rule.Value))];

        void Add(PortSet ports, NetRights right)
        {
            if ((handled & right) == 0)
                return;
            foreach (var port in ports.Ports)
                rules[port] = rules.GetValueOrDefault(port) | right;
        }
    }

    private static ImmutableArray<PathRule> Rules(ImmutableArray<GrantedPath> grants, FsRights handled)
    {
        var rules = new SortedDictionary<string, PathRule>(StringComparer.Ordinal);
        foreach (var grant in grants)
        {
            // A directory's right on a file is EINVAL.
            var access = grant.Access & handled & (grant.Kind == PathKind.Directory ? ~FsRights.None : LandlockTable.FileRights);
            if (rules.TryGetValue(grant.Path, out var known))
                access |= known.Access;
            if (access != FsRights.None)
                rules[grant.Path] = new PathRule(grant.Path, access, grant.Kind);
        }
        // Rights add up from the root, so what a folder above grants needs no rule of its own.
        return [.. rules.Values.Where(rule => !Above(rule.Path).Any(above => rules.TryGetValue(above, out var outer) && (rule.Access & ~outer.Access) == 0))];
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
            yield return path[..end];
    }
}
