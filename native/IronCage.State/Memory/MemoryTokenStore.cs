using System.Runtime.InteropServices;
using IronCage.Core.Entropy;
using IronCage.Core.Tokens;

namespace IronCage.State;

/// <summary>
/// What tokens need that live with the process: a random key, and the sealed values, the newest <see cref="Capacity"/>. They lie in memory of the C allocator, in a chain
/// that is whole at any instant, so that a forked child goes on with what there was at the fork; what either makes later the other does not see. Thread-safe.
/// </summary>
public sealed unsafe class MemoryTokenStore : ITokenStore, IDisposable
{
    /// <summary>How many values are kept: 1,000,000. The oldest go beyond it.</summary>
    public const int Capacity = 1_000_000;

    /// <summary>Bytes of the key.</summary>
    public const int KeyLength = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Tenant, string Name), nint> _nodes = [];
    private readonly Head* _head;
    private readonly bool _isInherited;
    private Node* _last;
    private int _count;
    private bool _closed;

    [StructLayout(LayoutKind.Sequential)]
    private struct Head
    {
        public fixed byte Key[KeyLength];
        public Node* First;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Node
    {
        public Node* Next;
        public int Tenant, Name, Kind, KeyId, Sealed;
    }

    /// <summary>An empty store with a new key.</summary>
    public MemoryTokenStore(IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _head = (Head*)NativeMemory.AllocZeroed((nuint)sizeof(Head));
        random.Fill(new Span<byte>(_head->Key, KeyLength));
    }

    /// <summary>The store that the process from which this one was forked had at <paramref name="address"/>.</summary>
    public MemoryTokenStore(nint address)
    {
        ArgumentOutOfRangeException.ThrowIfZero(address);
        _head = (Head*)address;
        _isInherited = true;
        for (var node = _head->First; node is not null; node = node->Next)
            Index(node);
    }

    /// <summary>Where a forked child finds it.</summary>
    public nint Address => (nint)_head;

    /// <summary>The key of this process and of those forked from it.</summary>
    public ReadOnlySpan<byte> Key => new(_head->Key, KeyLength);

    /// <summary>Always false.</summary>
    public bool IsDurable => false;

    /// <inheritdoc/>
    public SealedValue? Find(string tenant, string name, out bool isKept)
    {
        lock (_gate)
        {
            isKept = _nodes.TryGetValue((tenant, name), out var node);
            return isKept ? Read((Node*)node) : null;
        }
    }

    /// <summary>Nothing: everything is at hand.</summary>
    public ValueTask<IReadOnlyList<SealedValue>> ReadAsync(string tenant, IReadOnlyCollection<string> names) => new([]);

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<SealedValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        lock (_gate)
        {
            foreach (var value in values)
            {
                if (!_closed)
                    Append(value);
            }
            while (_count > Capacity)
                DropFirst();
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Forgets everything. No child may be forked any more that goes on with it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            while (_count > 0)
                DropFirst();
        }
    }

    private void Append(SealedValue value)
    {
        Span<byte> texts = System.Text.Encoding.UTF8.GetBytes(value.Tenant + value.Name + value.Kind + value.KeyId);
        var node = (Node*)NativeMemory.AllocZeroed((nuint)(sizeof(Node) + texts.Length + value.Sealed.Length));
        node->Tenant = System.Text.Encoding.UTF8.GetByteCount(value.Tenant);
        node->Name = value.Name.Length;
        node->Kind = System.Text.Encoding.UTF8.GetByteCount(value.Kind);
        node->KeyId = value.KeyId.Length;
        node->Sealed = value.Sealed.Length;
        var place = new Span<byte>(node + 1, texts.Length + value.Sealed.Length);
        texts.CopyTo(place);
        value.Sealed.Span.CopyTo(place[texts.Length..]);
        // One write of one pointer: a fork comes unannounced, and in the middle of whatever this thread does.
        if (_last is null)
            Volatile.Write(ref *(nint*)&_head->First, (nint)node);
        else
            Volatile.Write(ref *(nint*)&_last->Next, (nint)node);
        Index(node);
    }

    private void Index(Node* node)
    {
        _last = node;
        _count++;
        var value = Read(node);
        _nodes[(value.Tenant, value.Name)] = (nint)node;
    }

    private void DropFirst()
    {
        var first = _head->First;
        var value = Read(first);
        if (_nodes.TryGetValue((value.Tenant, value.Name), out var current) && current == (nint)first)
            _nodes.Remove((value.Tenant, value.Name));
        Volatile.Write(ref *(nint*)&_head->First, (nint)first->Next);
        if (first->Next is null)
            _last = null;
        _count--;
        if (!_isInherited)
            NativeMemory.Free(first); // a child has its own copy of it
    }

    private static SealedValue Read(Node* node)
    {
        var bytes = (byte*)(node + 1);
        var tenant = Text(ref bytes, node->Tenant);
        var name = Text(ref bytes, node->Name);
        var kind = Text(ref bytes, node->Kind);
        var key = Text(ref bytes, node->KeyId);
        return new SealedValue(tenant, name, kind, key, new ReadOnlySpan<byte>(bytes, node->Sealed).ToArray());
    }

    private static string Text(ref byte* bytes, int length)
    {
        var text = System.Text.Encoding.UTF8.GetString(bytes, length);
        bytes += length;
        return text;
    }
}
