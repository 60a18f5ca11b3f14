using IronCage.Abi.Boundary.Fork;

namespace IronCage.Abi.Boundary;

/// <summary>
/// Hands out <c>kind(8) | generation(24) | slot(32)</c> for objects and takes only those back that are still good. A slot's generation grows with every use, so that a stale
/// handle is told from its successor. Lookups take no lock.
/// </summary>
internal sealed class HandleTable
{
    private sealed class Slot
    {
        public ulong Handle;
        public object? Target;
        public uint Generation;
    }

    public static readonly HandleTable Instance = MakeInstance();

    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private Slot[] _slots = [];
    private int _used;
    private bool _reserved;

    public ulong Add(HandleKind kind, object target)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out var index))
            {
                index = _used++;
                if (index == _slots.Length)
                    Grow(Math.Max(64, 2 * _slots.Length));
                Used?.Invoke(_used);
            }
            var slot = _slots[index];
            slot.Generation = (slot.Generation + 1) & 0xFF_FFFF;
            var handle = (ulong)kind << 56 | (ulong)slot.Generation << 32 | (uint)index;
            slot.Target = target;
            Volatile.Write(ref slot.Handle, handle);
            return handle;
        }
    }

    /// <summary>Told how many slots were ever used, before a handle of a new one is given out.</summary>
    private Action<int>? Used { get; init; }

    private static unsafe HandleTable MakeInstance()
    {
        var state = ForkList.Instance.State;
        return new HandleTable { Used = used => Volatile.Write(ref state->Slots, used) };
    }

    /// <summary>Sets the first slots aside for handles of a parent process. False when the table was used already.</summary>
    public bool TryReserve(int slots)
    {
        lock (_gate)
        {
            if (_used > 0 || _reserved)
                return false;
            _reserved = true;
            _used = slots;
            Grow(Math.Max(64, slots));
            return true;
        }
    }

    /// <summary>Puts an object back under the handle that it had in the parent.</summary>
    public void Restore(ulong handle, object target)
    {
        lock (_gate)
        {
            var slot = _slots[(uint)handle];
            slot.Generation = (uint)(handle >> 32) & 0xFF_FFFF;
            slot.Target = target;
            Volatile.Write(ref slot.Handle, handle);
        }
    }

    private void Grow(int length)
    {
        var grown = new Slot[length];
        _slots.CopyTo(grown, 0);
        for (var i = _slots.Length; i < grown.Length; i++)
            grown[i] = new Slot();
        Volatile.Write(ref _slots, grown);
    }

    /// <summary>The object of a handle.</summary>
    /// <exception cref="AbiException">The handle is null, stale, foreign or of another kind.</exception>
    public T Get<T>(HandleKind kind, ulong handle) where T : class =>
        Resolved(Find(kind, handle)) as T ?? throw new AbiException(Status.Handle, handle == 0
            ? $"the {kind} handle is null"
            : $"the {kind} handle is stale, foreign or of another kind");

    private static object? Resolved(object? target) => target is Inherited inherited ? inherited.Resolve() : target;

    /// <summary>The object of a handle, or null when it is not good (any more); what was inherited and not used yet as <see cref="Inherited"/>.</summary>
    public object? Find(HandleKind kind, ulong handle)
    {
        if (handle >> 56 != (ulong)kind)
            return null;
        var slots = Volatile.Read(ref _slots);
        var index = (uint)handle;
        if (index >= (uint)slots.Length)
            return null;
        var slot = slots[index];
        if (Volatile.Read(ref slot.Handle) != handle)
            return null;
        var target = Volatile.Read(ref slot.Target);
        return Volatile.Read(ref slot.Handle) == handle ? target : null;
    }

    /// <summary>Takes a handle back; null when it was not good (any more). A handle of another kind is an error.</summary>
    public object? Remove(HandleKind kind, ulong handle)
    {
        if (handle == 0)
            return null;
        if (handle >> 56 != (ulong)kind)
            throw new AbiException(Status.Handle, $"the {kind} handle is foreign or of another kind");
        lock (_gate)
        {
            var index = (uint)handle;
            if (index >= (uint)_slots.Length || _slots[index].Handle != handle)
                return null;
            var slot = _slots[index];
            Volatile.Write(ref slot.Handle, 0);
            var target = slot.Target;
            slot.Target = null;
            _free.Push((int)index);
            (target as IForkRecorded)?.Record?.Release();
            return target is Inherited inherited ? inherited.Made : target;
        }
    }
}
