namespace IronCage.Safety.Tests.Recognisers.Secrets;

internal sealed class AssignmentRecogniserTests
{
    private static readonly string Password = "Galway!" + "42xy7";
    private static readonly string Key = Fakes.Body(32, 3);

    [TestCase("password={0}")]
    [TestCase("password: {0}\n")]
    [TestCase("\"password\": \"{0}\",")]
    [TestCase("{{\\\"password\\\": \\\"{0}\\\"}}")]
    [TestCase("DB_PASSWORD='{0}'")]
    [TestCase("export API_KEY={0}\n")]
    [TestCase("apiKey: '{0}',")]
    [TestCase("clientSecret = \"{0}\";")]
    [TestCase("const char *db_password = \"{0}\";")]
    [TestCase("char password[32] = \"{0}\";")]
    [TestCase("let api_key: &str = \"{0}\";")]
    [TestCase("const secretKey: string = `{0}`;")]
    [TestCase("config[\"client_secret\"] = \"{0}\"")]
    [TestCase("'password' => '{0}',")]
    [TestCase("secret := \"{0}\"")]
    [TestCase("PASSWORD ?= {0}\n")]
    [TestCase("<add name=\"x\" password=\"{0}\" />")]
    [TestCase("run --password {0} --verbose")]
    [TestCase("run --password={0} --verbose")]
    [TestCase("https://example.com/?api_key={0}&page=2")]
    [TestCase("**Password:** {0}\n")]
    [TestCase("API key: {0}\n")]
    [TestCase("X-Api-Key: {0}\n")]
    [TestCase("Passwort: {0}\n")]
    [TestCase("mot de passe : {0}\n")]
    [TestCase("contraseña: {0}\n")]
    [TestCase("hasło: {0}\n")]
    [TestCase("пароль: {0}\n")]
    [TestCase("密码: {0}\n")]
    [TestCase("パスワード: {0}\n")]
    public void Secret_is_found_by_its_name(string frame)
    {
        foreach (string value in new[] { Password, Key })
            Assert.That(Marked.Kinds(string.Format(null, frame, value)), Is.EqualTo(new[] { "GENERIC_SECRET " + value }), frame);
    }

    [Test]
    public void Credential_of_a_header_is_found_behind_its_scheme()
    {
        foreach (string scheme in new[] { "Bearer ", "Basic ", "Token ", "" })
        {
            Assert.That(Marked.Kinds($"Authorization: {scheme}{Key}\n"), Is.EqualTo(new[] { "GENERIC_SECRET " + Key }), scheme);
            Assert.That(Marked.Kinds($"\"Authorization\": \"{scheme}{Key}\""), Is.EqualTo(new[] { "GENERIC_SECRET " + Key }), scheme);
        }
    }

    [TestCase("Server=tcp:db.example.com,1433;Database=a;User Id=b;Password={0};Encrypt=True;")]
    [TestCase("Data Source=db;Initial Catalog=a;Uid=b;Pwd={0};")]
    [TestCase("Driver={{ODBC Driver 18}};Server=db;UID=b;PWD={0};X=yes")]
    [TestCase("jdbc:mysql://db/x?user=a&password={0}&ssl=true")]
    public void Password_of_a_connection_string_is_found(string frame)
    {
        string value = "Marble!" + "77qz";
        Assert.That(Marked.Kinds(string.Format(null, frame, value)).Where(found => !found.StartsWith("URL", StringComparison.Ordinal)), Is.EqualTo(new[] { "CONNECTION_STRING " + value }));
    }

    [TestCase("password=")]
    [TestCase("password: <your-password>")]
    [TestCase("api_key = \"YOUR_API_KEY\"")]
    [TestCase("api_key = \"your-api-key-123456\"")]
    [TestCase("token: xxxxxxxxxxxxxxxxxxxx1")]
    [TestCase("password: ********")]
    [TestCase("password: changeme123!")]
    [TestCase("password = ${DB_PASSWORD}")]
    [TestCase("password = \"${DB_PASSWORD_1}\"")]
    [TestCase("password = $DB_PASSWORD_1")]
    [TestCase("secret: \"{{ vault_password_1 }}\"")]
    [TestCase("password = os.environ['DB_PASSWORD_1']")]
    [TestCase("password: process.env.DB_PASSWORD_1")]
    [TestCase("password = get_secret('billing/api-key-1')")]
    [TestCase("secret = settings.APP_SECRET_KEY_2")]
    [TestCase("password = None")]
    [TestCase("const token = await fetchToken(client1);")]
    [TestCase("password_hash = 5f4dcc3b5aa765d61d8327deb882cf99")]
    [TestCase("token_count = 4096; max_tokens: 10240000")]
    [TestCase("secret: /run/secrets/db_password1")]
    [TestCase("api_key: https://example.com/keys/12")]
    [TestCase("password: correcthorsebattery")]
    [TestCase("password = \"test1234\"")]
    [TestCase("password == \"Galway!42xy7\"")]
    [TestCase("token=550e8400-e29b-41d4-a716-446655440000")]
    [TestCase("token: 2024-05-01T12:30:45Z")]
    [TestCase("key: \"abc12345!defgh\"")]
    [TestCase("\"role\":\"user\",\"content\":\"Galway!42xy7\"")]
    [TestCase("std::secret::abcdef12345!x")]
    [TestCase("password: %(db_password1)s")]
    [TestCase("password = \"abcdefghijklmnop1!\"")]
    [TestCase("secret = sha256~")]
    public void Placeholder_reference_or_word_is_left_alone(string text) =>
        Assert.That(Marked.Kinds(text).Where(found => !found.StartsWith("URL", StringComparison.Ordinal) && !found.StartsWith("DATE", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Token_with_spaces_or_too_short_for_a_trigger_is_found_behind_its_name()
    {
        Assert.That(Marked.Kinds("ipinfo_token=3f9a7c21b8e04d"), Is.EqualTo(new[] { "IPINFO_TOKEN 3f9a7c21b8e04d" }));
        Assert.That(Marked.Kinds("WordPress password: a1Bc D2ef 3Gh4 iJ5k L6mn 7oPq\n"), Is.EqualTo(new[] { "WORDPRESS_APP_PASSWORD a1Bc D2ef 3Gh4 iJ5k L6mn 7oPq" }));
    }
}
