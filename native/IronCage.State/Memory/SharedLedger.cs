using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using IronCage.Core.Ledger;
using IronCage.Core.Memory;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>
/// The figures of one account, in memory that a process shares with those forked from it, so that all draw on one sum. Each process has a slot with the sum of its
/// holds; holds of a process that died are booked as spent, in full. Between <see cref="Enter"/> and <see cref="Exit"/> the figures are this thread's alone; a change
/// that its process does not live to finish is finished by the next one.
/// </summary>
internal sealed unsafe class SharedLedger : IBudgetLevel
{
    private readonly SharedMemory _memory;
    private readonly LedgerLayout* _at;
    private readonly LedgerOwner* _owners;
    private readonly Lock? _own = OperatingSystem.IsLinux() ? null : new Lock();
    private readonly TimeProvider _clock;
    private BudgetWindow _window = BudgetWindow.Total;
    private int _slot = -1;

    /// <summary>Called between the writes of a change. Only tests set it, who let the thread die there: in the library, where nobody does, the compiler leaves it out.</summary>
    internal static Action? Wrote { get; set; }

    public SharedLedger(string name, Picodollars? limit, TimeProvider clock, BudgetWindow? window = null, nint parent = 0)
        : this(name, new SharedMemory(LedgerLayout.Length), clock)
    {
        _at->Limit = limit?.Value ?? LedgerLayout.Unlimited;
        _at->Parent = parent;
        Utf8.FromUtf16(name, new Span<byte>(_at->Name, LedgerLayout.NameLength - 1), out _, out _);
        Write(window ?? BudgetWindow.Total);
        (_at->PeriodStart, _at->PeriodEnd) = _window.Around(clock.GetUtcNow());
        if (_own is null)
            RobustMutex.Initialise(_at->Mutex);
    }

    private SharedLedger(string name, SharedMemory memory, TimeProvider clock)
    {
        Name = name;
        _clock = clock;
        _memory = memory;
        _at = (LedgerLayout*)memory.Address;
        _owners = (LedgerOwner*)(_at + 1);
    }

    /// <summary>An account of the process that this one was forked from.</summary>
    /// <param name="address">Its <see cref="Address"/> there.</param>
    /// <param name="clock">Tells when windows end.</param>
    /// <param name="name">Null: as it was made, cut to what the memory has room for.</param>
    public static SharedLedger Inherit(nint address, TimeProvider clock, string? name = null)
    {
        var memory = SharedMemory.Inherit(address, LedgerLayout.Length);
        var ledger = new SharedLedger(name ?? Text(((LedgerLayout*)address)->Name), memory, clock);
        ledger._window = BudgetWindow.Parse(Text(ledger._at->Window), Text(ledger._at->Zone));
        return ledger;
    }

    public string Name { get; }

    public nint Address => _memory.Address;

    /// <summary>Where the account above lies; 0 for none.</summary>
    public nint ParentAddress => _at->Parent;

    /// <summary>The time for which the limit counts.</summary>
    public BudgetWindow Window => _window;

    /// <summary>The limit, top-ups not counted; null without one.</summary>
    public Picodollars? BaseLimit => _at->Limit == LedgerLayout.Unlimited ? null : new Picodollars(_at->Limit);

    /// <summary>What windows that ended had spent, oldest first: taken by whoever keeps the history. Between Enter and Exit.</summary>
    public List<(long End, long Spent)> Ended { get; } = [];

    /// <summary>Tells holds apart that were taken under different claims of a slot: see <see cref="Settle"/>.</summary>
    public int Claim { get; private set; }

    /// <summary>Grows with every change, by whatever process. Read without the lock.</summary>
    public long Version
    {
        get
        {
            var version = Volatile.Read(ref _at->Version);
            GC.KeepAlive(_memory);
            return version;
        }
    }

    /// <summary>The figures; without the lock they may be of two neighbouring moments.</summary>
    public BudgetFigures Figures
    {
        get
        {
            var limit = Volatile.Read(ref _at->Limit);
            var extra = Volatile.Read(ref _at->Extra);
            var spent = Volatile.Read(ref _at->Spent);
            long? end = null;
            if (!_window.IsTotal)
            {
                end = Volatile.Read(ref _at->PeriodEnd);
                if (IsOver(out var now))
                    (extra, spent, end) = (0, 0, _window.Around(now).End);
            }
            var figures = new BudgetFigures(limit == LedgerLayout.Unlimited ? null : new Picodollars(Demands.AddSaturated(limit, extra)),
                new Picodollars(spent), new Picodollars(Volatile.Read(ref _at->Held)), Volatile.Read(ref _at->Frozen) != 0, end);
            GC.KeepAlive(_memory);
            return figures;
        }
    }

    /// <summary>Whether the current window has ended and nobody has looked since. Read without the lock.</summary>
    public bool IsPeriodOver => !_window.IsTotal && IsOver(out _);

    /// <exception cref="StoreException">Another process keeps it locked.</exception>
    public void Enter()
    {
        if (_own is not null)
            _own.Enter();
        else if (RobustMutex.Enter(_at->Mutex))
            Finish();
        if (!_window.IsTotal && IsOver(out var now))
            BeginPeriod(now);
    }

    public void Exit()
    {
        if (_own is not null)
            _own.Exit();
        else
            RobustMutex.Exit(_at->Mutex);
        GC.KeepAlive(_memory);
    }

    /// <summary>Adds to the holds of this process. Between Enter and Exit.</summary>
    /// <exception cref="StoreException">More processes than slots have holds here.</exception>
    public void Hold(Picodollars amount)
    {
        ClaimSlot();
        Change(_slot, _at->Spent, _at->Held + amount.Value, _owners[_slot].Held + amount.Value);
    }

    /// <summary>
    /// Ends a hold that was taken under <paramref name="claim"/>. If this process was taken for dead meanwhile its holds are booked: then it corrects that. Between Enter and Exit.
    /// </summary>
    public void Settle(Picodollars held, int claim, Picodollars actual)
    {
        if (claim == Claim && IsOurs)
        {
            Change(_slot, Demands.AddSaturated(_at->Spent, actual.Value), _at->Held - held.Value, _owners[_slot].Held - held.Value);
            return;
        }
        // It may have been booked in an earlier window: of this one it is never taken back.
        _at->Spent = _window.IsTotal
            ? Demands.AddSaturated(Math.Max(0, _at->Spent - held.Value), actual.Value)
            : Demands.AddSaturated(_at->Spent, Math.Max(0, actual.Value - held.Value));
        _at->Version++;
    }

    /// <summary>Between Enter and Exit.</summary>
    public void SetLimit(Picodollars limit)
    {
        _at->Limit = limit.Value;
        Volatile.Write(ref _at->Extra, Math.Max(_at->Extra, -limit.Value));
        _at->Version++;
    }

    /// <summary>Adds to the limit of the current window. Between Enter and Exit.</summary>
    /// <exception cref="ArgumentException">There is no limit, or it would fall below zero.</exception>
    public void TopUp(Picodollars amount)
    {
        if (_at->Limit == LedgerLayout.Unlimited)
            throw Demands.TopUpWithoutLimit();
        var extra = Demands.CheckTopUp(_at->Limit, _at->Extra, amount.Value);
        Volatile.Write(ref _at->Extra, extra);
        _at->Version++;
    }

    /// <summary>Between Enter and Exit.</summary>
    public void SetFrozen(bool frozen)
    {
        Volatile.Write(ref _at->Frozen, frozen ? 1 : 0);
        _at->Version++;
    }

    /// <summary>Another window from now on: what was spent stays only in a total one. Between Enter and Exit.</summary>
    public void SetWindow(BudgetWindow window)
    {
        Write(window);
        var (start, end) = window.Around(_clock.GetUtcNow());
        Change(NoOwner, window.IsTotal ? _at->Spent : 0, _at->Held, 0, window.IsTotal ? _at->Extra : 0, start, end);
    }

    /// <summary>Books the holds of processes that died as spent. Between Enter and Exit.</summary>
    public void BookTheDead()
    {
        for (var i = 0; i < _at->Owners; i++)
        {
            ref var owner = ref _owners[i];
            if (owner.Process.Id == 0 || owner.Held == 0 || !owner.Process.IsDead)
                continue;
            Change(i, Demands.AddSaturated(_at->Spent, owner.Held), _at->Held - owner.Held, 0);
            owner.Process = default;
        }
    }

    /// <summary>Whether another process has holds that somebody might have to wait for, or to book. Read without the lock.</summary>
    public bool IsShared
    {
        get
        {
            var owners = Volatile.Read(ref _at->Owners);
            GC.KeepAlive(_memory);
            return owners > 1;
        }
    }

    /// <summary>Has this process a slot before anything is held. Between Enter and Exit.</summary>
    /// <exception cref="StoreException">More processes than slots have holds here.</exception>
    public void PrepareHold() => ClaimSlot();

    private bool IsOurs => _slot >= 0 && _owners[_slot].Process == ProcessMark.Current;

    private void ClaimSlot()
    {
        if (IsOurs)
            return;
        Claim++;
        for (var i = 0; i < LedgerLayout.MostOwners; i++)
        {
            ref var owner = ref _owners[i];
            if (i < _at->Owners && owner.Process.Id != 0)
            {
                if (!owner.Process.IsDead)
                    continue;
                if (owner.Held != 0)
                    Change(i, Demands.AddSaturated(_at->Spent, owner.Held), _at->Held - owner.Held, 0);
            }
            owner = new LedgerOwner { Process = ProcessMark.Current };
            _at->Owners = Math.Max(_at->Owners, i + 1);
            _slot = i;
            return;
        }
        throw new StoreException($"more than {LedgerLayout.MostOwners} processes draw on a budget in memory; use state=\"sqlite:///PATH\"");
    }

    /// <summary>In <see cref="LedgerLayout.PendingOwner"/>: no owner's holds change.</summary>
    private const int NoOwner = -1;

    private bool IsOver(out DateTimeOffset now)
    {
        now = _clock.GetUtcNow();
        return now.ToUnixTimeMilliseconds() >= Volatile.Read(ref _at->PeriodEnd);
    }

    private void BeginPeriod(DateTimeOffset now)
    {
        Ended.Add((_at->PeriodEnd, _at->Spent));
        var (start, end) = _window.Around(now);
        Change(NoOwner, 0, _at->Held, 0, 0, start, end);
    }

    private void Write(BudgetWindow window)
    {
        _window = window;
        Write(window.Text, _at->Window);
        Write(window.Zone, _at->Zone);
    }

    private static void Write(string text, byte* at)
    {
        var room = new Span<byte>(at, LedgerLayout.WindowLength);
        room.Clear();
        if (!Encoding.UTF8.TryGetBytes(text, room[..^1], out _))
            throw new ArgumentException($"the name of a time zone has at most {LedgerLayout.WindowLength - 1} bytes");
    }

    private static string Text(byte* at) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(at));

    private void Change(int owner, long spent, long held, long ownerHeld) => Change(owner, spent, held, ownerHeld, _at->Extra, _at->PeriodStart, _at->PeriodEnd);

    /// <summary>Writes down what will be, then makes it so.</summary>
    private void Change(int owner, long spent, long held, long ownerHeld, long extra, long start, long end)
    {
        Put(ref _at->PendingOwner, owner);
        Put(ref _at->PendingSpent, spent);
        Put(ref _at->PendingHeld, held);
        Put(ref _at->PendingOwnerHeld, ownerHeld);
        Put(ref _at->PendingExtra, extra);
        Put(ref _at->PendingStart, start);
        Put(ref _at->PendingEnd, end);
        Put(ref _at->Pending, 1);
        Finish();
    }

    private void Finish()
    {
        if (Volatile.Read(ref _at->Pending) == 0)
            return;
        Put(ref _at->Spent, _at->PendingSpent);
        Put(ref _at->Held, _at->PendingHeld);
        if (_at->PendingOwner != NoOwner)
            Put(ref _owners[_at->PendingOwner].Held, _at->PendingOwnerHeld);
        Put(ref _at->Extra, _at->PendingExtra);
        Put(ref _at->PeriodStart, _at->PendingStart);
        Put(ref _at->PeriodEnd, _at->PendingEnd);
        Put(ref _at->Version, _at->Version + 1);
        Put(ref _at->Pending, 0);
    }

    private static void Put(ref long at, long value)
    {
        Volatile.Write(ref at, value);
        Wrote?.Invoke();
    }

    private static void Put(ref int at, int value)
    {
        Volatile.Write(ref at, value);
        Wrote?.Invoke();
    }
}
