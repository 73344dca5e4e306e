# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Compiles wiring files while an image is built.
#
#	NV2_BOARDS          wiring files: of SRC_URI, or of the board library, as
#	                    ibm/witherspoon-redbud.nv2
#	NV2_BUNDLE          the one whose bundle is installed as /etc/nv2boot/bundle.nv2b;
#	                    none without it
#	NV2_FLAGS           more options of nv2dtc compile
#	NV2_SIGN_KEY        a secret key to sign bundles with
#	NV2_PUBLIC_KEY      the public one, to install beside the bundle
#	NV2_BUNDLE_VERSION  the bundles' counter, to be raised with each release
#
# All outputs are deployed, in nv2/.

DEPENDS += "nv2dtc-native"

inherit deploy

NV2_BOARDS ?= ""
NV2_BUNDLE ?= ""
NV2_FLAGS ?= ""
NV2_SIGN_KEY ?= ""
NV2_PUBLIC_KEY ?= ""
NV2_BUNDLE_VERSION ?= "1"

# Releases from styhead on unpack to another place than older ones.
NV2_SOURCE ?= "${@d.getVar('UNPACKDIR') or d.getVar('WORKDIR')}"
NV2_LIBRARY = "${STAGING_DATADIR_NATIVE}/nv2dtc/dts"
NV2_OUT = "${WORKDIR}/nv2"

python () {
    import os

    boards = (d.getVar("NV2_BOARDS") or "").split()
    if not boards:
        raise bb.parse.SkipRecipe("NV2_BOARDS names no wiring file")
    bundle = d.getVar("NV2_BUNDLE")
    if bundle and bundle not in boards:
        raise bb.parse.SkipRecipe("NV2_BUNDLE is none of NV2_BOARDS: %s" % bundle)
    if d.getVar("NV2_PUBLIC_KEY") and not d.getVar("NV2_SIGN_KEY"):
        raise bb.parse.SkipRecipe("with NV2_PUBLIC_KEY, unsigned bundles would be refused: set NV2_SIGN_KEY")
    # A key that changes makes other bundles.
    for name in ("NV2_SIGN_KEY", "NV2_PUBLIC_KEY"):
        path = d.getVar(name)
        if path:
            for task in ("do_compile", "do_install"):
                d.appendVarFlag(task, "file-checksums", " %s:%s" % (path, os.path.exists(path)))
}

do_compile[cleandirs] += "${NV2_OUT}"

nv2dtc_do_compile() {
    set -- --bundle-version=${NV2_BUNDLE_VERSION} ${NV2_FLAGS}
    if [ -n "${NV2_SIGN_KEY}" ]; then
        set -- "$@" "--sign=${NV2_SIGN_KEY}"
    fi
    for board in ${NV2_BOARDS}; do
        file="${NV2_SOURCE}/$board"
        if [ ! -e "$file" ]; then
            file="${NV2_LIBRARY}/$board"
        fi
        nv2dtc compile -I "${NV2_SOURCE}" -I "${NV2_LIBRARY}" "$@" -o "${NV2_OUT}" "$file"
    done
}

nv2dtc_do_install() {
    if [ -n "${NV2_BUNDLE}" ]; then
        bundle=$(basename "${NV2_BUNDLE}" .nv2).nv2b
        install -d -m 0755 "${D}${sysconfdir}/nv2boot"
        install -m 0644 "${NV2_OUT}/$bundle" "${D}${sysconfdir}/nv2boot/bundle.nv2b"
        if [ -n "${NV2_PUBLIC_KEY}" ]; then
            install -d -m 0755 "${D}${sysconfdir}/nv2boot/keys.d"
            install -m 0644 "${NV2_PUBLIC_KEY}" "${D}${sysconfdir}/nv2boot/keys.d/"
        fi
    fi
}

do_deploy() {
    install -d "${DEPLOYDIR}/nv2"
    install -m 0644 "${NV2_OUT}"/* "${DEPLOYDIR}/nv2/"
}

addtask deploy after do_compile before do_build

EXPORT_FUNCTIONS do_compile do_install
