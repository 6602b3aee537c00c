"""Records what the openstack command line says to a cloud, message by message."""
