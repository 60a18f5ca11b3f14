using IronCage.Core.Ledger;
using IronCage.Core.Memory;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>
/// The figures of one account, in memory that a process shares with those forked from it, so that all draw on one sum. Each process has a slot with the sum of its
/// holds; holds of a process that died are booked as spent, in full. Between <see cref="Enter"/> and <see cref="Exit"/> the figures are this thread's alone; a change
/// that its process does not live to finish is finished by the next one.
/// </summary>
internal sealed unsafe class SharedLedger
{
    private readonly SharedMemory _memory;
    private readonly LedgerLayout* _at;
    private readonly LedgerOwner* _owners;
    private readonly Lock? _own = OperatingSystem.IsLinux() ? null : new Lock();
    private int _slot = -1;

    public SharedLedger(Picodollars? limit)
        : this(new SharedMemory(LedgerLayout.Length))
    {
        _at->Limit = limit?.Value ?? LedgerLayout.Unlimited;
        if (_own is null)
            RobustMutex.Initialise(_at->Mutex);
    }

    private SharedLedger(SharedMemory memory)
    {
        _memory = memory;
        _at = (LedgerLayout*)memory.Address;
        _owners = (LedgerOwner*)(_at + 1);
    }

    /// <summary>An account of the process that this one was forked from.</summary>
    public static SharedLedger Inherit(nint address) => new(SharedMemory.Inherit(address, LedgerLayout.Length));

    public nint Address => _memory.Address;

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
            var figures = new BudgetFigures(limit == LedgerLayout.Unlimited ? null : new Picodollars(limit),
                new Picodollars(Volatile.Read(ref _at->Spent)), new Picodollars(Volatile.Read(ref _at->Held)));
            GC.KeepAlive(_memory);
            return figures;
        }
    }

    /// <exception cref="StoreException">Another process keeps it locked.</exception>
    public void Enter()
    {
        if (_own is not null)
            _own.Enter();
        else if (RobustMutex.Enter(_at->Mutex))
            Finish();
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
        _at->Spent = Demands.AddSaturated(Math.Max(0, _at->Spent - held.Value), actual.Value);
        _at->Version++;
    }

    /// <summary>Between Enter and Exit.</summary>
    public void SetLimit(Picodollars limit)
    {
        _at->Limit = limit.Value;
        _at->Version++;
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

    /// <summary>Writes down what will be, then makes it so.</summary>
    private void Change(int owner, long spent, long held, long ownerHeld)
    {
        _at->PendingOwner = owner;
        _at->PendingSpent = spent;
        _at->PendingHeld = held;
        _at->PendingOwnerHeld = ownerHeld;
        Volatile.Write(ref _at->Pending, 1);
        Finish();
    }

    private void Finish()
    {
        if (Volatile.Read(ref _at->Pending) == 0)
            return;
        Volatile.Write(ref _at->Spent, _at->PendingSpent);
        Volatile.Write(ref _at->Held, _at->PendingHeld);
        Volatile.Write(ref _owners[_at->PendingOwner].Held, _at->PendingOwnerHeld);
        Volatile.Write(ref _at->Version, _at->Version + 1);
        Volatile.Write(ref _at->Pending, 0);
    }
}
