using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines.Remote;

/// <summary>Brings what this node sends to actors of other nodes on its way.</summary>
internal interface IRemoting
{
    void Send(RemoteRef to, in Envelope envelope);

    void Signal(RemoteRef to, object signal);

    /// <summary>The question of that ask became a dead letter here.</summary>
    void SendUndelivered(RemoteRef ask, string reason);
}
