using System.Runtime.InteropServices;

namespace IronCage.Abi.Boundary.Fork;

/// <summary>
/// What this process would leave to a forked child. Kept up to date all the time, because a fork comes unannounced, and in the middle of whatever other threads do:
/// every change that a child could see is one write of one pointer.
/// </summary>
internal sealed unsafe class ForkList
{
    public static readonly ForkList Instance = new();

    private readonly Lock _gate = new();
    private readonly ForkState* _state = (ForkState*)NativeMemory.AllocZeroed((nuint)sizeof(ForkState));
    private readonly Dictionary<nint, ForkRecord> _records = [];

    /// <summary>Nodes of the parent. Their memory stays: what they describe is made at its first use, perhaps while another thread frees it.</summary>
    private readonly HashSet<nint> _inherited = [];
    private ForkNode* _last;

    public ForkList()
    {
        _state->Fingerprint = Strings.Fingerprint;
        _state->Version = Strings.Version;
        _state->Magic = ForkState.Mark;
    }

    public ForkState* State => _state;

    /// <summary>Adds an object that the host does not have yet.</summary>
    public ForkRecord Add(ForkKind kind, ReadOnlySpan<byte> options, ForkRecord? engine = null, ForkRecord? of = null, ForkRecord? outer = null,
        string? text = null, nint account = 0, nint extra = 0)
    {
        var node = (ForkNode*)NativeMemory.AllocZeroed((nuint)sizeof(ForkNode));
        node->Kind = (int)kind;
        node->References = 1;
        node->Options = ForkText.Of(options);
        node->Text = ForkText.Of(text);
        node->Account = account;
        node->Extra = extra;
        lock (_gate)
        {
            node->Engine = Refer(engine);
            node->Of = Refer(of);
            node->Outer = Refer(outer);
            node->Previous = _last;
            if (_last is null)
                Publish(ref _state->First, node);
            else
                Publish(ref _last->Next, node);
            _last = node;
            return Record(node);
        }
    }

    /// <summary>The host has the object from now on.</summary>
    public void Publish(ForkRecord record, ulong handle)
    {
        lock (_gate)
        {
            if (record.Node is not null)
                Volatile.Write(ref record.Node->Handle, handle);
        }
    }

    /// <summary>Hosts were added to an engine. Of entries that come again the newest is kept: it wins anyway, and the text does not grow without end.</summary>
    public void AddHosts(ForkRecord engine, string specification)
    {
        lock (_gate)
        {
            if (engine.Node is null)
                return;
            var replaced = engine.Node->Text;
            var added = Entries(specification);
            var kept = Entries(ForkText.String(replaced)).Where(entry => !added.Contains(entry, StringComparer.Ordinal));
            Volatile.Write(ref *(nint*)&engine.Node->Text, (nint)ForkText.Of(string.Join(',', kept.Concat(added))));
            NativeMemory.Free(replaced); // a child has its own copy of either
        }
    }

    private static string[] Entries(string? specification) => (specification ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The host has freed it; it goes when nothing refers to it any more.</summary>
    public void Release(ForkRecord record)
    {
        lock (_gate)
        {
            if (record.Node is null)
                return;
            Volatile.Write(ref record.Node->Handle, 0);
            Dereference(record.Node);
        }
    }

    /// <summary>Goes on with the chain of the parent.</summary>
    /// <returns>Its nodes, oldest first.</returns>
    public List<ForkRecord> TakeOver(ForkState* parent)
    {
        var records = new List<ForkRecord>();
        lock (_gate)
        {
            _state->Slots = parent->Slots;
            _state->First = parent->First;
            for (var node = _state->First; node is not null; node = node->Next)
            {
                node->Previous = _last;
                node->References = node->Handle == 0 ? 0 : 1;
                _last = node;
                _inherited.Add((nint)node);
                records.Add(Record(node));
            }
            for (var node = _state->First; node is not null; node = node->Next)
            {
                CountReference(node->Engine);
                CountReference(node->Of);
                CountReference(node->Outer);
            }
        }
        return records;
    }

    private static void CountReference(ForkNode* node)
    {
        if (node is not null)
            node->References++;
    }

    private ForkRecord Record(ForkNode* node) => _records[(nint)node] = new ForkRecord(this, node);

    private static ForkNode* Refer(ForkRecord? record)
    {
        if (record is null || record.Node is null || record.Node->References == 0)
            return null; // another thread has freed it meanwhile
        record.Node->References++;
        return record.Node;
    }

    private void Dereference(ForkNode* node)
    {
        if (node is null || --node->References > 0)
            return;
        if (node->Previous is null)
            Publish(ref _state->First, node->Next);
        else
            Publish(ref node->Previous->Next, node->Next);
        if (node->Next is null)
            _last = node->Previous;
        else
            node->Next->Previous = node->Previous;
        Dereference(node->Engine);
        Dereference(node->Of);
        Dereference(node->Outer);
        if (_inherited.Contains((nint)node))
            return;
        if (_records.Remove((nint)node, out var record))
            record.Node = null;
        NativeMemory.Free(node->Options);
        NativeMemory.Free(node->Text);
        NativeMemory.Free(node);
    }

    private static void Publish(ref ForkNode* place, ForkNode* node)
    {
        fixed (ForkNode** at = &place)
            Volatile.Write(ref *(nint*)at, (nint)node);
    }
}
