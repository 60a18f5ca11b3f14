using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using IronCage.Core.Events;
using IronCage.Core.Entropy;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.Cost;
using IronCage.Lang.Hosts;
using IronCage.Reliability;
using IronCage.Runtime.Agents;
using IronCage.Runtime.Approvals;
using IronCage.Runtime.Budgets;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Scanning;
using IronCage.Safety;
using IronCage.Safety.Tokens;
using IronCage.State;
using IronCage.Telemetry;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime;

/// <summary>
/// The one place where the rooms meet: hosts, prices, stores, telemetry, and which runs are open. A process needs one. Thread-safe.
/// </summary>
public sealed class Engine : IDisposable
{
    private const int ManyEvents = 256;

    private readonly Lock _gate = new();
    private readonly IRandomSource _random;
    private readonly KeyRing _processKeys;
    private volatile bool _urgent;
    private readonly HashSet<Run> _open = [];
    private readonly ConcurrentDictionary<IWaitsForMoney, byte> _waiting = new();
    private readonly ConcurrentDictionary<string, Task> _loading = new();

    /// <param name="options">The options.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="ids">Names calls.</param>
    /// <param name="random">Gives keys and nonces; null: the system's.</param>
    /// <param name="tokens">Where the process from which this one was forked had <see cref="ProcessTokens"/>; 0 to begin anew.</param>
    public Engine(EngineOptions options, TimeProvider clock, IIdSource ids, IRandomSource? random = null, nint tokens = 0)
    {
        _random = random ?? new SystemRandomSource();
        ProcessTokens = tokens == 0 ? new MemoryTokenStore(_random) : new MemoryTokenStore(tokens);
        _processKeys = new KeyRing(new SafetyKey(ProcessTokens.Key));
        Clock = clock;
        Ids = ids;
        Telemetry = new TelemetryHub(options.Telemetry, clock);
        Log = Telemetry.Logger("IronCage.Runtime");
        Hosts = new HostTable();
        Catalogue = PriceCatalogue.Load(clock);
        KillFiles = new KillFileWatch(clock);
        Stores = new StoreSet(clock, ids, warn: message => Log.LogWarning("{Message}", message));
        Bounds = new SpendingBound(Tokens, Margins);
        Retries = new RetryPolicy(clock, Chance);
        if (options.LlmHosts is { Length: > 0 } hosts)
            AddHosts(hosts);
    }

    public TimeProvider Clock { get; }
    public IIdSource Ids { get; }
    public TelemetryHub Telemetry { get; }
    public HostTable Hosts { get; }
    public PriceCatalogue Catalogue { get; }
    public StoreSet Stores { get; }
    public TokenCounter Tokens { get; } = new();
    public Scanner Scanner { get; } = Everything.Value;

    /// <summary>Takes some 50 ms to make, and never changes: engines share one.</summary>
    private static readonly Lazy<Scanner> Everything = new(static () => new Scanner(PiiKinds.All));

    /// <summary>Tokens that live with the process.</summary>
    public MemoryTokenStore ProcessTokens { get; }

    /// <summary>A scanner of the host's own.</summary>
    /// <exception cref="ConfigException">An option is wrong.</exception>
    public static Scanner NewScanner(ReadOnlyMemory<byte> optionsJson)
    {
        var options = ScannerOptionsReader.Read(optionsJson);
        return ScannerOptionsReader.Checked("", () => new Scanner(options));
    }

    /// <summary>The agents that have a protection, by id: a JSON array of <c>{"agent_id", "status", "budget_spent", "pii_detections"}</c>.</summary>
    public byte[] AgentStates()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var state in Agents.States())
                state.Write(writer);
            writer.WriteEndArray();
        }
        return buffer.WrittenSpan.ToArray();
    }

    internal AgentTable Agents { get; } = new();

    /// <summary>What waits for approval.</summary>
    internal ApprovalBook Approvals { get; } = new();

    /// <summary>The files that stop agents.</summary>
    internal KillFileWatch KillFiles { get; }

    internal Margins Margins { get; } = new();

    /// <summary>Where named budgets warn.</summary>
    internal SharedThresholds Thresholds { get; } = new();
    internal SpendingBound Bounds { get; }

    internal RetryPolicy Retries { get; }

    private double Chance()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        _random.Fill(bytes);
        return BitConverter.ToUInt32(bytes) / (uint.MaxValue + 1.0);
    }

    internal ILogger Log { get; }

    /// <summary>A host should drain now: something of level warning or above waits, or many events do.</summary>
    public bool HasUrgentEvents => _urgent || Telemetry.Ring.Count >= ManyEvents;

    /// <summary>Takes events for the host, oldest first; at most <paramref name="max"/>, 0 for all. <paramref name="dropped"/>: how many were lost so far.</summary>
    public int Drain(List<SequencedEvent> into, int max, out long dropped)
    {
        var urgent = _urgent;
        _urgent = false;
        var taken = Telemetry.Ring.Drain(into, max, out dropped);
        if (urgent && Telemetry.Ring.HasEvents)
            _urgent = true; // what made it so may not have been among them
        return taken;
    }

    internal void Emit(RuntimeEvent e)
    {
        Telemetry.Ring.Emit(e);
        if (e.Level >= EventLevel.Warning)
            _urgent = true;
    }

    /// <summary>Called with its handle, on any thread, when a call or a hold that was pending is decided.</summary>
    public Action<ulong>? Decided { get; set; }

    /// <exception cref="ConfigException">The specification is malformed.</exception>
    public void AddHosts(string specification)
    {
        try
        {
            Hosts.Add(specification);
        }
        catch (FormatException e)
        {
            throw new ConfigException("llm_hosts", e.Message);
        }
    }

    /// <exception cref="ConfigException">An option is wrong.</exception>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    public SharedBudget OpenBudget(ReadOnlyMemory<byte> optionsJson)
    {
        var (terms, state, warnAt) = SharedBudget.ReadOptions(optionsJson);
        var store = OpenStore(state);
        return Known(new SharedBudget(SharedBudget.NameOf(terms.Name), SharedBudget.Open(store, terms), store), warnAt);
    }

    /// <summary>A budget of the process from which this one was forked: both draw on the same sum.</summary>
    /// <param name="optionsJson">As it was opened there.</param>
    /// <param name="storeUrl">Its <see cref="SharedBudget.StoreUrl"/>.</param>
    /// <param name="account">Its <see cref="SharedBudget.SharedAddress"/>.</param>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    public SharedBudget InheritBudget(ReadOnlyMemory<byte> optionsJson, string? storeUrl, nint account)
    {
        var (terms, _, warnAt) = SharedBudget.ReadOptions(optionsJson);
        var store = OpenStore(storeUrl);
        return Known(new SharedBudget(SharedBudget.NameOf(terms.Name),
            account == 0 ? SharedBudget.Reopen(store, terms.Name, terms.Limit!.Value) : Stores.Memory.Inherit(terms.Name, account, isNamed: true), store), warnAt);
    }

    private SharedBudget Known(SharedBudget budget, IReadOnlyList<double>? warnAt)
    {
        if (warnAt is not null)
            Thresholds.Set(budget.Account, warnAt);
        return budget;
    }

    /// <exception cref="ConfigException">An option is wrong.</exception>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    public Protection NewProtection(ReadOnlyMemory<byte> optionsJson, SharedBudget? budget)
    {
        var options = ProtectionOptionsReader.Read(optionsJson);
        FallbackReader.Check(options, Hosts);
        return new(this, options, budget);
    }

    /// <summary>A protection of the process from which this one was forked: the same options, budget and kill switch; its report begins anew.</summary>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    public Protection InheritProtection(ReadOnlyMemory<byte> optionsJson, SharedBudget? budget, ProtectionLegacy legacy) =>
        new(this, ProtectionOptionsReader.Read(optionsJson), budget, legacy);

    /// <summary>The tokens of a tenant: in the store, if it keeps any and there is a key that outlives the process.</summary>
    internal TokenVault Vault(KeyRing? keys, string tenant, IStore store) =>
        new(keys ?? _processKeys, tenant, (keys is null ? null : store.Tokens) ?? ProcessTokens, _random);

    internal IStore OpenStore(string? url)
    {
        try
        {
            return Stores.Open(url is "memory" ? null : url);
        }
        catch (ArgumentException e)
        {
            throw new ConfigException("state", e.Message);
        }
    }

    /// <summary>Waits until every settlement and audit entry so far is durable, and every event written that goes to a log file.</summary>
    public Task FlushAsync(CancellationToken cancel) => Task.WhenAll(Stores.FlushAsync(cancel).AsTask(), LogFile.FlushAsync().WaitAsync(cancel));

    internal void RunOpened(Run run)
    {
        lock (_gate)
            _open.Add(run);
    }

    internal void RunClosed(Run run)
    {
        lock (_gate)
            _open.Remove(run);
    }

    /// <summary>Whose call it is when the host does not know.</summary>
    /// <returns>The run; null with <paramref name="ambiguous"/> false when nothing protects it, true when several protections are active.</returns>
    internal Run? Claim(out bool ambiguous, out bool pass)
    {
        ambiguous = pass = false;
        lock (_gate)
        {
            Run? only = null;
            Protection? protection = null;
            var several = false;
            foreach (var run in _open)
            {
                if (protection is not null && protection != run.Protection)
                    ambiguous = true;
                several |= only is not null;
                protection = run.Protection;
                only = run;
            }
            if (ambiguous)
            {
                pass = _open.All(r => r.Protection.Options.PassUnclaimed);
                return null;
            }
            return several ? protection!.AmbientRun() : only;
        }
    }

    internal IReadOnlyList<Protection> ActiveProtections()
    {
        lock (_gate)
            return [.. _open.Select(r => r.Protection).Distinct()];
    }

    /// <summary>Loads a tokenizer's tables on a thread of its own; one does it for all who ask.</summary>
    internal Task LoadTokenizerAsync(string tokenizer) => _loading.GetOrAdd(tokenizer, name => Task.Run(() => Tokens.Load(name)));

    internal void Waits(IWaitsForMoney call) => _waiting.TryAdd(call, 0);

    internal void WaitsNoMore(IWaitsForMoney call) => _waiting.TryRemove(call, out _);

    internal void CancelWaiting(Protection protection)
    {
        foreach (var call in _waiting.Keys)
        {
            if (call.Concerns(protection))
                call.GiveUp();
        }
    }

    public void Dispose()
    {
        KillFiles.Dispose();
        Stores.Dispose();
        ProcessTokens.Dispose();
        Telemetry.Dispose();
    }
}
