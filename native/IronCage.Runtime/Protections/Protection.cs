using System.Buffers;
using System.Text.Json;
using IronCage.Core.Audit;
using IronCage.Core.Events;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Reliability;
using IronCage.Runtime.Agents;
using IronCage.Runtime.Budgets;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Scanning;
using IronCage.Runtime.Standalone;
using IronCage.Safety;
using IronCage.Safety.Tokens;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Protections;

/// <summary>
/// Budget, safety and reliability of one agent. Lives as long as the decorated function; budget, breakers and report accumulate over all its runs and threads.
/// Thread-safe.
/// </summary>
public sealed partial class Protection
{
    private readonly Engine _engine;
    private readonly IStore _store;
    private readonly BudgetWatch? _watch;
    private readonly string _budgetName;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _warned = [];
    private readonly StopSwitch _stop;
    private readonly BudgetWarnings _warnings;
    private readonly ProtectionLegacy? _legacy;
    private Run? _ambient;
    private int _openRuns;

    internal Protection(Engine engine, ProtectionOptions options, SharedBudget? shared, ProtectionLegacy? legacy = null)
    {
        _engine = engine;
        _legacy = legacy;
        _stop = legacy is null ? new StopSwitch() : StopSwitch.Inherit(legacy.Stop);
        Options = options;
        _warnings = new BudgetWarnings(this, engine.Thresholds);
        _budgetName = shared?.Name ?? options.AgentId;
        Prices = PriceFileText.Book(options.PriceFiles, engine);
        if (shared is not null && options.Budget is not null)
            throw new ConfigException("budget_usd", "cannot be given together with a shared budget");
        if (shared is not null && options.BudgetPerRun)
            throw new ConfigException("budget_scope", "'run' needs budget_usd, not a shared budget");
        StageRules.Check(options, shared, Prices, engine.Catalogue);
        _store = shared is not null && options.State is null ? shared.Store : engine.OpenStore(legacy is null ? options.State : legacy.StoreUrl);
        // Before anything is made in the store: what is written there would be unreadable for ever when the process ends.
        if (_store.IsDurable && options.Keys is null && options.Tokenises)
            throw new ConfigException("key", "tokens in a durable store need one: 32 bytes as 64 hexadecimal digits or as base64 (without a durable state, tokens live with the process and need none)");
        Vault = engine.Vault(options.Keys, options.Tenant, _store);
        RestoreIn = options.RestoreIn ?? RestorePlaces.Default;
        DecidesOnRestoring = options.RestoreIn is not null || options.Tokenises;
        if (shared is not null)
            _watch = Watch(shared.Account, shared.Store, keepsAudit: _store.IsDurable && _store == shared.Store, isShared: true);
        else if (options.Budget is { } limit && !options.BudgetPerRun)
            _watch = Watch(OpenAccount(limit, ofRun: false), OwnAccounts(ofRun: false), keepsAudit: _store.IsDurable);
        Scanner = options.Scanner is { } own ? ScannerOptionsReader.Checked("pii_scanner", () => new Scanner(own)) : engine.Scanner;
        Policy = new SafetyPolicy(options, Scanner, Vault);
        if (options.CircuitBreaker is { } breaker)
            Circuits = new CircuitBook(breaker, engine.Clock, OnCircuit, _store.Circuits);
        if (options.Limits.HasLimits || options.Limits.FollowsProvider)
            Limits = new LimitBook(options.Limits with { MaxWait = options.MaxWait ?? options.HoldWait, RetryAfterCeiling = options.Retry.RetryAfterCeiling }, engine.Clock);
        _log = options.Log is { } log ? OpenLog(log, check: legacy is null) : null;
        Agent = engine.Agents.Add(options.AgentId); // what failed before has no agent
        try
        {
            WatchStops();
        }
        catch
        {
            Retire();
            throw;
        }
    }

    /// <summary>Set by the boundary, so that events can name the protection they concern.</summary>
    public ulong Handle { get; set; }

    public ProtectionOptions Options { get; }

    /// <summary>Prices of its own, which go before the catalogue's; null: none.</summary>
    internal PriceBook? Prices { get; }

    internal SafetyPolicy Policy { get; }

    /// <summary>What looks for findings in its traffic.</summary>
    internal Scanner Scanner { get; }

    /// <summary>Its tokens, hashes and digests.</summary>
    internal TokenVault Vault { get; }

    /// <summary>Where values come back.</summary>
    internal RestorePlaces RestoreIn { get; }

    /// <summary>Whether it has a say about where values come back in answers, be it that they never do.</summary>
    internal bool DecidesOnRestoring { get; }
    internal CircuitBook? Circuits { get; }

    /// <summary>Who must wait; null: nobody, whatever the provider says.</summary>
    internal LimitBook? Limits { get; }
    internal ProtectionTally Tally { get; } = new();

    /// <summary>What forked processes need to go on with this protection.</summary>
    public ProtectionLegacy Legacy => new(_store.Url, _watch is { } watch && !watch.IsShared ? watch.Account.SharedAddress : 0, _stop.Address);

    /// <summary>A text with the values in place of their tokens, as the policy allows for that place. Tokens that cannot be opened stay. May wait for the store.</summary>
    /// <param name="text">UTF-8; values stand in the result as they are, not escaped.</param>
    /// <param name="place">As in <see cref="RestorePlaces"/>; "" is the answer.</param>
    /// <exception cref="ConfigException">It is no place, or the policy does not allow it.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public byte[] Restore(ReadOnlySpan<byte> text, string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (place.Length == 0)
            place = RestorePlaces.Answer;
        if (!RestorePlaces.IsPlace(place))
            throw new ConfigException("where", "must be \"answer\" or \"tool:NAME\"");
        if (!RestoreIn.Has(place))
            throw new ConfigException("restore_in", $"values of this protection do not come back in '{place}'");
        return TokenTools.Restore(Vault, text);
    }

    /// <summary>Opens a run nested in <paramref name="parent"/>.</summary>
    public Run OpenRun(Run? parent)
    {
        parent?.Join();
        LookAtKillFile();
        var run = new Run(this, parent, WatchOfRun(), NewCount());
        run.Join();
        return run;
    }

    /// <summary>A run of the process from which this one was forked, going on here. It counts as open from its first use.</summary>
    /// <param name="parent">The run around it.</param>
    /// <param name="account">Its <see cref="Run.AccountAddress"/>.</param>
    /// <param name="count">Its <see cref="Run.CountAddress"/>.</param>
    public Run InheritRun(Run? parent, nint account, nint count)
    {
        var watch = account == 0 ? _watch : Watch(_engine.Stores.Memory.Inherit(AccountName, account, isNamed: false), _engine.Stores.Memory, keepsAudit: false);
        return new Run(this, parent, watch, count == 0 ? NewCount() : RunCounts.Inherit(count));
    }

    private RunCounts? NewCount() => Options is { MaxCalls: null, MaxTokens: null, Timeout: null } ? null : new RunCounts(_engine.Clock.GetTimestamp());

    /// <summary>The budget of a new run: the protection's, or a fresh one.</summary>
    private BudgetWatch? WatchOfRun() => Options.Budget is { } limit && Options.BudgetPerRun
        ? Watch(OpenAccount(limit, ofRun: true), OwnAccounts(ofRun: true), keepsAudit: false)
        : _watch;

    private BudgetWatch Watch(ILedgerAccount account, IStore store, bool keepsAudit, bool isShared = false) => 
        new(account, store, new BudgetThresholds(Options.WarnAt ?? ProtectionOptions.UsualWarning), keepsAudit, isShared);

    internal void RunOpened(Run run)
    {
        lock (_gate)
            _openRuns++;
        Agent.Opened(StopReason is not null);
        _engine.RunOpened(run);
        TellState();
    }

    internal void RunClosed(Run run)
    {
        bool isLast;
        lock (_gate)
        {
            // With the last run goes the one that stood for calls of none in particular: its budget, caps and refusals.
            isLast = --_openRuns == 0;
            if (isLast)
                _ambient = null;
        }
        if (isLast && Volatile.Read(ref _retired) != 0)
            WatchStopsNoMore();
        Agent.Closed();
        _engine.RunClosed(run);
        TellState();
    }

    /// <summary>The run of calls that belong to this protection but to none of its runs in particular.</summary>
    internal Run AmbientRun()
    {
        lock (_gate)
            return _ambient ??= new Run(this, null, WatchOfRun(), NewCount());
    }

    /// <summary>The report of <c>ironcage_protection_report</c>.</summary>
    public byte[] Report()
    {
        BudgetFigures? figures = _watch is null ? null : _watch.Account.ReadAsync().AsTask().GetAwaiter().GetResult();
        var overruns = _watch is null ? null : ReportWriter.Overruns(_watch.Account);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("agent_id", Options.AgentId);
            ReportWriter.WriteMoney(writer, "remaining_usd", figures?.Available);
            if (figures is { } known)
            {
                writer.WritePropertyName("budget");
                ReportWriter.WriteBudget(writer, _budgetName, known, _watch!.Account.Window, _watch.Account.Parent?.Name, overruns!);
            }
            else
            {
                writer.WriteNull("budget");
            }
            Tally.Read(view => ReportWriter.WriteTally(writer, view));
            writer.WriteNumber("log_dropped", _log?.Dropped ?? 0);
            ReportWriter.WriteCircuits(writer, Circuits?.Snapshot() ?? []);
            ReportWriter.WriteLimits(writer, Limits?.Snapshot() ?? []);
            writer.WriteStartObject("overhead");
            writer.WriteNumber("p50", Tally.Overhead.Quantile(0.5) / 1e9);
            writer.WriteNumber("p99", Tally.Overhead.Quantile(0.99) / 1e9);
            writer.WriteEndObject();
            if (StopReason is { } stopped)
                writer.WriteString("stopped", stopped);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    internal void Emit(string kind, EventLevel level, string message, string? details, Guid? run = null, Guid? call = null)
    {
        var e = new RuntimeEvent(kind, level, _engine.Clock.GetUtcNow(), Handle, message, details) { Run = run, Call = call };
        _engine.Emit(e);
        Log(e);
    }

    internal Guid NewId() => _engine.Ids.NewId();

    /// <summary>Whether this call's host should drain events now rather than later.</summary>
    internal bool WantsEvents => Options.EagerEvents;

    /// <summary>Where its spend is reported, and its audit trail kept if that is durable.</summary>
    internal IStore Store => _store;

    /// <summary>Writes an audit entry, where a store keeps them.</summary>
    internal void Audit(string kind, string details)
    {
        if (_store.IsDurable)
            _store.Append(Entry(kind, details));
    }

    /// <summary>An audit entry to be written with a hold, when holds and audit share a store; null otherwise.</summary>
    internal AuditEntry Entry(string kind, string details) => new(Options.AgentId, kind, _engine.Clock.GetUtcNow(), details);

    internal bool IsAudited => _store.IsDurable;

    internal void Warn(string kind, string message, string? details, Guid? run = null, Guid? call = null)
    {
        Tally.Warn(message);
        _engine.Log.LogWarning("{Agent}: {Warning}", Options.AgentId, message);
        Emit(kind, EventLevel.Warning, message, details, run, call);
    }

    /// <summary>Warns the first time that <paramref name="key"/> comes up.</summary>
    internal void WarnOnce(string key, string kind, string message)
    {
        lock (_gate)
        {
            if (!_warned.Add(key))
                return;
        }
        Warn(kind, message, null);
    }

    /// <summary>Emits a warning for every threshold of the budget that was crossed.</summary>
    internal void CheckBudget(BudgetWatch watch) => _warnings.Check(watch);

    /// <summary>
    /// The account of a budget of our own. In a store it belongs to the agent, so that a restarted process goes on with it. In memory, and for a single run,
    /// it belongs to this object alone: nobody else may find it by name, and it goes when we go.
    /// </summary>
    private ILedgerAccount OpenAccount(Picodollars limit, bool ofRun)
    {
        var memory = _engine.Stores.Memory;
        if (_store.IsDurable && !ofRun)
            return _legacy is null ? _store.Open(AccountName, limit) : SharedBudget.Reopen(_store, AccountName, limit);
        if (_legacy is { Account: not 0 } && !ofRun)
            return memory.Inherit(AccountName, _legacy.Account, isNamed: false);
        var name = AccountName + "/" + _engine.Ids.NewId().ToString("N");
        var account = memory.Open(name, limit);
        memory.Forget(name);
        return account;
    }

    private IStore OwnAccounts(bool ofRun) => _store.IsDurable && !ofRun ? _store : _engine.Stores.Memory;

    private string AccountName => "agent:" + Options.AgentId;

    private void OnCircuit(CircuitEvent e)
    {
        var (kind, text) = e.State switch
        {
            CircuitState.Open => ("circuit.opened", "opened"),
            CircuitState.HalfOpen => ("circuit.half_open", "is trying one probe"),
            _ => ("circuit.closed", "closed"),
        };
        if (e.IsFromElsewhere)
            text += " by another user of the store";
        var details = JsonDetails.Write(w =>
        {
            w.WriteString("key", e.Key);
            w.WriteBoolean("elsewhere", e.IsFromElsewhere);
        });
        _engine.Log.Log(e.State == CircuitState.Open ? LogLevel.Warning : LogLevel.Information, "{Agent}: circuit {Key} {What}", Options.AgentId, e.Key, text);
        Emit(kind, e.State == CircuitState.Open ? EventLevel.Warning : EventLevel.Info, $"circuit {e.Key} {text}", details);
        Audit(kind, details);
    }
}
