namespace Kindred.Host.Configuration;

/// <summary>The command line or the configuration is wrong: one line that says what, where, and what to do. Exit code 2.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
