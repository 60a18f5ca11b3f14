using IronCage.Core.Tokens;

namespace IronCage.State;

/// <summary>The sealed values of tokens, as statements of a transaction.</summary>
internal sealed class TokenRows(Database database)
{
    private readonly Statement _select = database.Prepare("SELECT kind, key_id, sealed FROM tokens WHERE tenant = ?1 AND name = ?2");

    // What is there may be damaged, or sealed with an old key: what comes is as good, and later.
    private readonly Statement _upsert = database.Prepare("""
        INSERT INTO tokens(tenant, name, kind, key_id, sealed, updated_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT(tenant, name) DO UPDATE SET kind = excluded.kind, key_id = excluded.key_id, sealed = excluded.sealed, updated_at = excluded.updated_at
        """);

    public List<SealedValue> Read(string tenant, IEnumerable<string> names)
    {
        var found = new List<SealedValue>();
        foreach (var name in names)
        {
            _select.Bind(1, tenant).Bind(2, name);
            if (!_select.Step())
                continue;
            found.Add(new SealedValue(tenant, name, _select.Text(0), _select.Text(1), _select.Blob(2)));
            _select.Reset();
        }
        return found;
    }

    public void Write(IEnumerable<SealedValue> values, DateTimeOffset now)
    {
        foreach (var value in values)
        {
            _upsert.Bind(1, value.Tenant).Bind(2, value.Name).Bind(3, value.Kind).Bind(4, value.KeyId).Bind(5, value.Sealed.Span)
                .Bind(6, now.ToUnixTimeMilliseconds()).Run();
        }
    }
}
