using IronCage.Core.Ledger;
using IronCage.State.Tests.Ledger;
using IronCage.State.Tests.Support;

namespace IronCage.State.Tests.Redis;

/// <summary>What every store promises, with and without leases. Each test has a namespace of its own.</summary>
[TestFixture(true)]
[TestFixture(false)]
public class RedisStoreTests(bool leases) : StoreContract
{
    private RedisServer _server = null!;
    private int _namespaces;

    [OneTimeSetUp]
    public void StartServer() => _server = new RedisServer();

    [OneTimeTearDown]
    public void StopServer() => _server?.Dispose();

    protected override IStore Make(TimeProvider clock) =>
        _server.Open(_server.Options with { UsesLeases = leases, Namespace = $"n{++_namespaces}" }, clock);

    protected override IEnumerable<string> Audit(IStore store) =>
        ((RedisStore)store).RecentAudit().Select(entry => $"{entry.AgentId} {entry.EventType} {entry.Details}");
}
